"""Opens a feed: finds out what it is by what is in it, whatever it is called."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from product_import.feed.batches import Batches
from product_import.feed.delimited import delimited
from product_import.feed.elements import elements
from product_import.feed.limits import FeedLimits
from product_import.feed.objects import lines_of_json, list_of_json
from product_import.feed.tables import parquet, workbook
from product_import.feed.text import as_utf8
from product_import.feed.unpacking import unpacked
from product_import.reasons import EmptyFeed, UnknownFormat

_SAMPLE = 1 << 16


class Format(StrEnum):
    """The formats that are read."""

    DELIMITED = "csv"
    NDJSON = "ndjson"
    JSON = "json"
    XML = "xml"
    WORKBOOK = "xlsx"
    PARQUET = "parquet"


_READERS: dict[Format, Callable[[Path, FeedLimits], Batches]] = {
    Format.DELIMITED: delimited,
    Format.NDJSON: lines_of_json,
    Format.JSON: list_of_json,
    Format.XML: elements,
    Format.WORKBOOK: workbook,
    Format.PARQUET: parquet,
}


def read_feed(path: Path, folder: Path, limits: FeedLimits | None = None) -> tuple[Format, Batches]:
    """Give what a feed is, and its rows; `folder` holds what is unpacked of it until they are read.

    Raises the reasons of a feed, also while the rows are read.
    """
    limits = limits or FeedLimits()
    plain = unpacked(path, folder, limits)
    found = _marked(_head(plain))
    if found is None:
        plain = as_utf8(plain, folder)
        found = _text(_head(plain))
    return found, _READERS[found](plain, limits)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_SAMPLE)


def _marked(head: bytes) -> Format | None:
    """Give what is told by its first bytes in whatever encoding: a binary format, or XML, which names its own."""
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith(b"PK\x03\x04"):
        return Format.WORKBOOK
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0")):
        raise UnknownFormat("the feed is a PDF, an image or an old .xls file: send CSV, JSON, XML, .xlsx or Parquet")
    # UTF-16 has a zero byte beside each letter.
    is_xml = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")
    return Format.XML if is_xml else None


def _text(head: bytes) -> Format:
    head = head.lstrip()
    if not head:
        raise EmptyFeed("the feed holds nothing but blanks")
    if head.startswith(b"["):
        return Format.JSON
    if head.startswith(b"{"):
        first = head.split(b"\n", 1)[0].strip()
        return Format.NDJSON if first.endswith(b"}") and first.count(b"{") == first.count(b"}") else Format.JSON
    return Format.DELIMITED
