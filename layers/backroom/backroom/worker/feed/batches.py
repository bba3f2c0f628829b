"""A batch of rows, as all formats give it."""

from collections.abc import Iterator, Sequence
from itertools import islice

import polars as pl

from backroom.worker.feed.records import ROW, Record, Records

Batches = Iterator[pl.DataFrame]
"""Frames whose columns are all texts, but ROW; a value that is not there is null."""


def from_records(records: Records, size: int) -> Batches:
    """Put numbered records into frames of at most `size` rows; the columns are those that occur in the batch."""
    while some := list(islice(records, size)):
        columns: dict[str, None] = {}
        for _, record in some:
            columns.update(dict.fromkeys(record))
        yield _frame(some, list(columns))


def _frame(some: Sequence[tuple[int, Record]], columns: Sequence[str]) -> pl.DataFrame:
    values = {name: [record.get(name) for _, record in some] for name in columns}
    numbers = pl.Series(ROW, [number for number, _ in some], pl.Int64)
    return pl.DataFrame({name: pl.Series(name, column, pl.String) for name, column in values.items()} | {ROW: numbers})
