"""Reads rows that no strict reader takes: with quotation marks inside of values that are not quoted."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from backroom.worker.feed.header import Dialect
from backroom.worker.feed.limits import FeedLimits
from backroom.worker.feed.reasons import BrokenFeed
from backroom.worker.feed.records import REST, Records


def leniently(path: Path, offset: int, names: list[str], dialect: Dialect, row: int, limits: FeedLimits) -> Records:
    """Yield the rows from `offset` on, the first of which has the number `row`. Raises BrokenFeed."""
    with path.open("rb") as file:
        file.seek(offset)
        rows = csv.reader(_lines(file, limits), delimiter=dialect.delimiter, quotechar=dialect.quote or None)
        yield from _records(rows, names, row, limits)


def _lines(file: BinaryIO, limits: FeedLimits) -> Iterator[str]:
    while line := file.readline(limits.row + 1):
        if len(line) > limits.row:
            raise BrokenFeed(f"a line has more than {limits.row:,} bytes: see whether its end is missing")
        yield line.decode("utf-8", "replace")


def _records(rows: Iterator[list[str]], names: list[str], row: int, limits: FeedLimits) -> Records:
    csv.field_size_limit(limits.row)
    try:
        for values in rows:
            if values:
                record: dict[str, str | None] = dict(zip(names, (value or None for value in values), strict=False))
                record[REST] = values[len(names)] if len(values) > len(names) else None
                yield row, record
                row += 1
    except csv.Error as error:
        raise BrokenFeed(
            f"row {row:,} cannot be taken apart ({error}): a quotation mark may be missing in it"
        ) from error
