"""Takes a feed out of gzip and zip, never more of it than is allowed."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from backroom.worker.feed.limits import FeedLimits
from backroom.worker.feed.reasons import BrokenFeed, EmptyFeed, TooLargeFeed, UnknownFormat

_CHUNK = 1 << 20
_NESTED = 3
"""A zip with a gzip in it is packed twice; who packs more often means no good."""
_WORKBOOK = "[Content_Types].xml"


def unpacked(path: Path, folder: Path, limits: FeedLimits) -> Path:
    """Give the feed itself: `path`, or a file in `folder`. Raises the reasons of a feed."""
    for number in range(_NESTED):
        head = _head(path)
        if not head:
            raise EmptyFeed("the feed is empty: see whether it was written to its end")
        if head.startswith(b"\x1f\x8b"):
            path = _written(_gunzipped(path), folder / f"unpacked-{number}", limits)
        elif head.startswith(b"PK\x03\x04") and not is_workbook(path):
            path = _written(_unzipped(path), folder / f"unpacked-{number}", limits)
        else:
            return path
    raise UnknownFormat(f"the feed is packed more than {_NESTED - 1} times: pack it once")


def is_workbook(path: Path) -> bool:
    """Say whether a zip is an Excel workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _WORKBOOK in archive.namelist()
    except zipfile.BadZipFile as error:
        raise BrokenFeed(f"the zip cannot be opened ({error}): send it again") from error


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _gunzipped(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path) as file:
            yield from _chunks(file)
    except (OSError, EOFError, zlib.error) as error:
        raise BrokenFeed(f"the gzip is damaged or cut off ({error}): send it again") from error


def _unzipped(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive:
        names = [
            entry for entry in archive.infolist() if not entry.is_dir() and not entry.filename.startswith("__MACOSX/")
        ]
        if len(names) != 1:
            raise UnknownFormat(f"the zip holds {len(names)} files: one feed is expected")
        try:
            with archive.open(names[0]) as file:
                yield from _chunks(file)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
            raise BrokenFeed(
                f"{names[0].filename} cannot be unpacked ({error}): send it again, without a password"
            ) from error


def _chunks(file: "IO[bytes] | gzip.GzipFile") -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _written(chunks: Iterator[bytes], target: Path, limits: FeedLimits) -> Path:
    """Write what is unpacked, whatever its header says of its size, and stop where it is too much."""
    size = 0
    with target.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > limits.size:
                raise TooLargeFeed(
                    f"the feed has more than {limits.size:,} bytes unpacked: split it, or leave out columns"
                )
            file.write(chunk)
    return target
