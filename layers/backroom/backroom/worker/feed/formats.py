"""Opens a feed: finds out what it is by what is in it, whatever it is called."""

from enum import StrEnum
from pathlib import Path

from backroom.worker.feed.limits import FeedLimits
from backroom.worker.feed.reasons import EmptyFeed, UnknownFormat
from backroom.worker.feed.text import as_utf8
from backroom.worker.feed.unpacking import unpacked

_SAMPLE = 1 << 16


class Format(StrEnum):
    """The formats that are read."""

    DELIMITED = "csv"
    NDJSON = "ndjson"
    JSON = "json"
    XML = "xml"
    WORKBOOK = "xlsx"
    PARQUET = "parquet"


def opened(path: Path, folder: Path, limits: FeedLimits) -> tuple[Format, Path]:
    """Give what a feed is, and the file to read: unpacked and, if it is text but XML, in UTF-8; it may be in `folder`.

    Raises the reasons of a feed.
    """
    plain = unpacked(path, folder, limits)
    found = _marked(_head(plain))
    if found is None:
        plain = as_utf8(plain, folder)
        found = _text(_head(plain))
    return found, plain


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
