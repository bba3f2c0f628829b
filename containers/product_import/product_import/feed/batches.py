"""A batch of rows, as all formats give it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import polars as pl

ROW = "__row__"
"""The column with a row's number as a person counts it: the first row of a table of text is its header."""
REST = "__rest__"
"""Where a row has more values than there are columns: the first of them."""
Batches = Iterator[pl.DataFrame]
"""Frames whose columns are all texts, but ROW; a value that is not there is null."""


def from_records(records: Iterator[tuple[int, Mapping[str, str | None]]], size: int) -> Batches:
    """Put numbered records into frames of at most `size` rows; the columns are those that occur in the batch."""
    while some := list(islice(records, size)):
        columns: dict[str, None] = {}
        for _, record in some:
            columns.update(dict.fromkeys(record))
        yield _frame(some, list(columns))


def _frame(some: Sequence[tuple[int, Mapping[str, str | None]]], columns: Sequence[str]) -> pl.DataFrame:
    values = {name: [record.get(name) for _, record in some] for name in columns}
    numbers = pl.Series(ROW, [number for number, _ in some], pl.Int64)
    return pl.DataFrame({name: pl.Series(name, column, pl.String) for name, column in values.items()} | {ROW: numbers})
