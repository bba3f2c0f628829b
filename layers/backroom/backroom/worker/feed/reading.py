"""Reads a feed in batches."""

from collections.abc import Callable
from pathlib import Path

from backroom.worker.feed.batches import Batches, from_records
from backroom.worker.feed.delimited import delimited
from backroom.worker.feed.elements import elements
from backroom.worker.feed.formats import Format, opened
from backroom.worker.feed.limits import FeedLimits
from backroom.worker.feed.objects import lines_of_json, list_of_json
from backroom.worker.feed.tables import parquet, workbook

_ROWS = 5_000
"""Of a batch of what is read row by row."""
_READERS: dict[Format, Callable[[Path, FeedLimits], Batches]] = {
    Format.DELIMITED: delimited,
    Format.NDJSON: lambda path, limits: from_records(lines_of_json(path, limits), _ROWS),
    Format.JSON: lambda path, limits: from_records(list_of_json(path, limits), _ROWS),
    Format.XML: lambda path, limits: from_records(elements(path, limits), _ROWS),
    Format.WORKBOOK: workbook,
    Format.PARQUET: parquet,
}


def read_feed(path: Path, folder: Path, limits: FeedLimits | None = None) -> tuple[Format, Batches]:
    """Give what a feed is, and its rows; `folder` holds what is unpacked of it until they are read.

    Raises the reasons of a feed, also while the rows are read.
    """
    limits = limits or FeedLimits()
    found, plain = opened(path, folder, limits)
    return found, _READERS[found](plain, limits)
