"""Reads a wave's manifest with boto3 and finds out whether it is what was written."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from backroom.errors import ManifestCorruptError, ManifestMissingError
from backroom.layout import RunLayout
from backroom.manifest.index import ENTRY_BYTES, SCHEMA, Entry, spans, unpack
from backroom.manifest.portion import Portion
from backroom.storage.objects import Opened, chunks, lines, object_exists, open_object, read_range

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

SPAN_BYTES = 1024 * 1024
"""What one request reads at most, if no line is longer: S3 takes as long to begin as to send this much."""


class Placed(NamedTuple):
    """A portion and its place: where its line lies, and which entry of the index names it."""

    portion: Portion
    entry: Entry
    position: int


class ManifestReader:
    """One wave's manifest.

    Everything raises ManifestMissingError or ManifestCorruptError, and botocore's ClientError.
    """

    def __init__(self, s3: "S3Client", bucket: str, layout: RunLayout, wave: int) -> None:
        self._s3, self._bucket = s3, bucket
        self._manifest, self._index = layout.manifest(wave), layout.index(wave)
        self._place = f"s3://{bucket}/{self._manifest}"
        stored = self._open_index()
        self.sha256 = stored.metadata.get("sha256", "")
        self.entries = self._verified(stored)

    def portions(self) -> Iterator[Placed]:
        """Yield all portions in the order of their lines; who reads to the end has them verified by the digest."""
        opened = open_object(self._s3, self._bucket, self._manifest)
        if opened is None:
            raise ManifestMissingError(f"there is no {self._place}, but its index is there; start a new run")
        positions = {entry.offset: position for position, entry in enumerate(self.entries)}
        digest, offset = sha256(), 0
        for line in lines(opened.body):
            digest.update(line + b"\n")
            position, offset = positions.pop(offset, None), offset + len(line) + 1
            if position is not None:
                yield self._placed(line, position)
        if digest.hexdigest() != self.sha256 or positions:
            raise self._corrupt(self._manifest, f"its sha256 is {digest.hexdigest()}, the index says {self.sha256}")

    def portions_at(self, entries: Sequence[Entry]) -> Iterator[Portion]:
        """Yield the portions at these places, sorted by offset; near ones are read together."""
        for span in spans(entries, SPAN_BYTES):
            first, last = span[0], span[-1]
            length = last.offset + last.length - first.offset
            piece = read_range(self._s3, self._bucket, self._manifest, first.offset, length)
            for entry in span:
                start = entry.offset - first.offset
                yield Portion.from_line(piece[start : start + entry.length], self._place)

    def _placed(self, line: bytes, position: int) -> Placed:
        placed = Placed(Portion.from_line(line, self._place), self.entries[position], position)
        if placed.entry[1:] != (len(line), placed.portion.portion):
            raise self._corrupt(
                self._index, f"entry {position}, {placed.entry}, is not of portion {placed.portion.portion}"
            )
        return placed

    def _open_index(self) -> Opened:
        opened = open_object(self._s3, self._bucket, self._index)
        if opened is None:
            raise ManifestMissingError(f"there is no s3://{self._bucket}/{self._index}; plan the run again")
        return opened

    def _verified(self, stored: Opened) -> list[Entry]:
        metadata, body = stored.metadata, b"".join(chunks(stored.body))
        count = metadata.get("count", "")
        if metadata.get("schema") != SCHEMA:
            raise self._corrupt(self._index, f"schema {metadata.get('schema')!r} is not {SCHEMA!r}")
        if not count.isdecimal() or len(body) != ENTRY_BYTES * int(count):
            raise self._corrupt(
                self._index, f"{len(body)} bytes are not {count or 'an unknown number of'} entries of {ENTRY_BYTES}"
            )
        return unpack(body)

    def _corrupt(self, key: str, what: str) -> ManifestCorruptError:
        return ManifestCorruptError(f"s3://{self._bucket}/{key} is not what was written: {what}; start a new run")


def is_planned(s3: "S3Client", bucket: str, layout: RunLayout, wave: int) -> bool:
    """Say whether this wave's manifest is complete: whether its index is there."""
    return object_exists(s3, bucket, layout.index(wave))


def is_written(s3: "S3Client", bucket: str, layout: RunLayout, wave: int) -> bool:
    """Say whether this wave's lines are there, with or without an index."""
    return object_exists(s3, bucket, layout.manifest(wave))
