"""A feed that cannot be read says why and what to do, in little time and memory."""

import gzip
import io
import json
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from backroom.worker.feed.formats import Format
from backroom.worker.feed.limits import MB, FeedLimits
from backroom.worker.feed.reading import read_feed
from backroom.worker.feed.reasons import (
    BrokenFeed,
    EmptyFeed,
    FeedReason,
    ForbiddenXml,
    TooLargeFeed,
    TooManyColumns,
    UnknownFormat,
)
from backroom.worker.feed.rows import read_rows

LIMITS = FeedLimits(size=20 * MB, sheet=20 * MB, batch=1 * MB)
LAUGHS = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 11))
BILLION_LAUGHS = f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><x><item><id>&l10;</id></item></x>'.encode()
XXE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x><item><id>&e;</id></item></x>'


def zipped(*files: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files:
            archive.writestr(name, body)
    return packed.getvalue()


def short_zip() -> bytes:
    """Give a zip of 297 bytes whose headers say 2."""
    return zipped(("a.csv", b"id\n" * 99)).replace(b"\x29\x01", b"\x02\0")


def bomb() -> bytes:
    """Give a workbook of 100 MB of zeros."""
    return zipped(("[Content_Types].xml", b"<a/>"), ("xl/worksheets/sheet1.xml", bytes(100 * MB)))


FEEDS: dict[str, tuple[Callable[[], bytes], type[FeedReason]]] = {
    "empty": (lambda: b"", EmptyFeed),
    "blank": (lambda: b" \n\n\n ", EmptyFeed),
    "empty gzip": (lambda: gzip.compress(b""), EmptyFeed),
    "gzip bomb": (lambda: gzip.compress(bytes(100 * MB)), TooLargeFeed),
    "zip bomb": (lambda: zipped(("a.csv", bytes(100 * MB))), TooLargeFeed),
    "workbook bomb": (bomb, TooLargeFeed),
    "cut off gzip": (lambda: gzip.compress(b"id\n" + bytes(range(256)) * 1000)[:-50], BrokenFeed),
    "gzip that lies about its size": (lambda: gzip.compress(b"id\n1\n")[:-4] + b"\xff\xff\xff\x7f", BrokenFeed),
    "zip that lies about its size": (short_zip, BrokenFeed),
    "gzip that is none": (lambda: b"\x1f\x8b" + b"x" * 100, BrokenFeed),
    "zip that is none": (lambda: b"PK\x03\x04" + b"x" * 100, BrokenFeed),
    "zip of two": (lambda: zipped(("a", b"a"), ("b", b"b")), UnknownFormat),
    "packed for ever": (lambda: gzip.compress(gzip.compress(gzip.compress(b"id\n1\n"))), UnknownFormat),
    "pdf": (lambda: b"%PDF-1.4 ...", UnknownFormat),
    "old excel": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, UnknownFormat),
    "a row without an end": (lambda: b'id,title\n1,"' + b"x" * 9 * MB, BrokenFeed),
    "a line without an end, packed": (lambda: gzip.compress(b"id,title\n1," + bytes(19 * MB)), BrokenFeed),
    "a line of json without an end": (lambda: b'{"id": 1}\n{"id": "' + b"x" * 9 * MB, BrokenFeed),
    "a header without an end": (lambda: b"x" * 9 * MB, BrokenFeed),
    "a million columns": (lambda: b"c," * 999_999 + b"c", TooManyColumns),
    "json of a million values": (lambda: json.dumps([{str(n): n for n in range(5_000)}]).encode(), BrokenFeed),
    "broken json": (lambda: b'[{"id": 1}, {"id": ', BrokenFeed),
    "broken line of json": (lambda: b'{"id": 1}\n{"id": \n', BrokenFeed),
    "json without products": (lambda: b'{\n"error": "no access"\n}', BrokenFeed),
    "deep json": (lambda: b"[" * 5_000 + b"]" * 5_000, BrokenFeed),
    "billion laughs": (lambda: BILLION_LAUGHS, ForbiddenXml),
    "xxe": (lambda: XXE, ForbiddenXml),
    "deep xml": (lambda: b"<a>" * 5_000 + b"</a>" * 5_000, BrokenFeed),
    "broken xml": (lambda: b"<rss><item><id>1</id>", BrokenFeed),
    "a page of html": (lambda: b"<html><body><p>Not found</body></html>", BrokenFeed),
    "broken parquet": (lambda: b"PAR1" + b"x" * 100, BrokenFeed),
}


WAYS: dict[str, Callable[[Path, Path, FeedLimits], tuple[Format, Iterator[object]]]] = {
    "in batches": read_feed,
    "row by row": read_rows,
}


def refused(way: str, path: Path, limits: FeedLimits, reason: type[FeedReason]) -> None:
    """Read a feed that is refused with the way out, in little time and memory."""
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(reason) as raised:
        for _ in WAYS[way](path, path.parent, limits)[1]:
            pass
    took, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(str(raised.value)) > 20
    assert took < 10
    assert peak < 64 * MB


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", FEEDS)
def test_it_is_refused_by_name_with_the_way_out(name: str, way: str, tmp_path: Path) -> None:
    make, reason = FEEDS[name]
    path = tmp_path / "feed"
    path.write_bytes(make())
    refused(way, path, LIMITS, reason)


@pytest.mark.parametrize("way", WAYS)
def test_a_line_of_a_gigabyte_is_refused(way: str, tmp_path: Path) -> None:
    path = tmp_path / "feed"
    with path.open("wb") as file:
        file.write(b'id,title\n1,"')
        file.truncate(1_000 * MB)  # sparse: it takes no room on the disk
    refused(way, path, FeedLimits(), BrokenFeed)
