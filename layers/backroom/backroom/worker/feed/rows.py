"""Reads a feed row by row. What a format needs is imported when a feed is of it: Polars alone takes 0.2 s."""

from collections.abc import Callable
from pathlib import Path

from backroom.worker.feed.formats import Format, opened
from backroom.worker.feed.limits import FeedLimits
from backroom.worker.feed.records import ROW, Records


def read_rows(path: Path, folder: Path, limits: FeedLimits | None = None) -> tuple[Format, Records]:
    """Give what a feed is, and its rows; `folder` holds what is unpacked of it until they are read.

    Raises the reasons of a feed, also while the rows are read.
    """
    limits = limits or FeedLimits()
    found, plain = opened(path, folder, limits)
    return found, _READERS[found](plain, limits)


def _delimited(path: Path, limits: FeedLimits) -> Records:
    from backroom.worker.feed.header import read_header, sniffed
    from backroom.worker.feed.lenient import leniently

    dialect = sniffed(path)
    header = read_header(path, dialect, limits)
    return leniently(path, header.end, header.names, dialect, header.row + 1, limits)


def _lines(path: Path, limits: FeedLimits) -> Records:
    from backroom.worker.feed.objects import lines_of_json

    return lines_of_json(path, limits)


def _list(path: Path, limits: FeedLimits) -> Records:
    from backroom.worker.feed.objects import list_of_json

    return list_of_json(path, limits)


def _elements(path: Path, limits: FeedLimits) -> Records:
    from backroom.worker.feed.elements import elements

    return elements(path, limits)


def _table(path: Path, limits: FeedLimits) -> Records:
    from backroom.worker.feed.tables import parquet, workbook

    with path.open("rb") as file:
        read = parquet if file.read(4) == b"PAR1" else workbook
    for frame in read(path, limits):
        for row in frame.iter_rows(named=True):
            yield row.pop(ROW), row


_READERS: dict[Format, Callable[[Path, FeedLimits], Records]] = {
    Format.DELIMITED: _delimited,
    Format.NDJSON: _lines,
    Format.JSON: _list,
    Format.XML: _elements,
    Format.WORKBOOK: _table,
    Format.PARQUET: _table,
}
