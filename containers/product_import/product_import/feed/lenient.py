"""Reads rows that no strict reader takes: with quotation marks inside of values that are not quoted."""

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from product_import.feed.batches import REST, Batches, from_records
from product_import.feed.header import Dialect
from product_import.feed.limits import FeedLimits
from product_import.reasons import BrokenFeed

_ROWS = 10_000


def leniently(path: Path, offset: int, names: list[str], dialect: Dialect, row: int, limits: FeedLimits) -> Batches:
    """Yield the rows from `offset` on, the first of which has the number `row`. Raises BrokenFeed."""
    with path.open("rb") as file:
        file.seek(offset)
        text = chain.from_iterable((line.decode("utf-8", "replace"),) for line in file)
        rows = csv.reader(text, delimiter=dialect.delimiter, quotechar=dialect.quote or None)
        yield from from_records(_records(rows, names, row, limits), _ROWS)


def _records(
    rows: Iterator[list[str]], names: list[str], row: int, limits: FeedLimits
) -> Iterator[tuple[int, dict[str, str | None]]]:
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
