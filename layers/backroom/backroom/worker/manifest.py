"""Finding one's own portion: two range reads, whatever the size of the plan (docs/architecture.md, Runs bucket)."""

import struct

from backroom.layout import RunLayout
from backroom.worker.bucket import Bucket, Piece
from backroom.worker.endings import BadManifest, WrongSetup
from backroom.worker.portion import Portion, parse_portion

SCHEMA = "2"
_ENTRY = struct.Struct("<QII")


def read_portion(bucket: Bucket, layout: RunLayout, wave: int, entry: int) -> Portion:
    """The portion of an entry of the wave's index. Raises BadManifest, WrongSetup (no such entry), endings of S3."""
    offset, length, number = _read_entry(bucket, layout.index(wave), entry)
    return _read_line(bucket, layout.manifest(wave), offset, length, number)


def _read_entry(bucket: Bucket, key: str, entry: int) -> tuple[int, int, int]:
    place = f"s3://{bucket.name}/{key}"
    start = entry * _ENTRY.size
    try:
        piece = bucket.get_piece(key, start, start + _ENTRY.size)
    except FileNotFoundError as error:
        raise BadManifest(f"{place} is missing: the planner did not finish this wave. Start the run again") from error
    except ValueError as error:
        raise _no_such_entry(place, entry) from error
    count = _check_metadata(piece, place)
    if entry >= count:
        raise _no_such_entry(place, entry)
    offset, length, number = _ENTRY.unpack(piece.body)
    if not length:
        raise BadManifest(f"{place}: entry {entry} is of no portion, its length is 0. Plan the run again")
    return offset, length, number


def _check_metadata(piece: Piece, place: str) -> int:
    """How many entries the index has. It is written last and whole, so its length and its metadata have to agree."""
    if piece.metadata.get("schema") != SCHEMA:
        found = piece.metadata.get("schema")
        raise BadManifest(
            f"{place} is of schema {found}, this worker reads {SCHEMA}: build the image from the planner's release"
        )
    count = piece.metadata.get("count", "")
    if not count.isdigit() or int(count) * _ENTRY.size != piece.size:
        raise BadManifest(
            f"{place} has {piece.size} bytes, its metadata say {count or 'no'} entries of 16: plan the run again"
        )
    return int(count)


def _read_line(bucket: Bucket, key: str, offset: int, length: int, number: int) -> Portion:
    place = f"s3://{bucket.name}/{key}, bytes {offset} to {offset + length}"
    try:
        piece = bucket.get_piece(key, offset, offset + length)
        return _parse(piece.body, length, number)
    except FileNotFoundError as error:
        raise BadManifest(
            f"{place}: the manifest is missing although its index is there. Plan the run again"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadManifest(f"{place}: no portion ({type(error).__name__}: {error}). Plan the run again") from error


def _parse(line: bytes, length: int, number: int) -> Portion:
    if len(line) != length:
        raise ValueError(f"only {len(line)} bytes are there")
    portion = parse_portion(line)
    if portion.portion != number:
        raise ValueError(f"the index says portion {number}, the line {portion.portion}")
    return portion


def _no_such_entry(place: str, entry: int) -> WrongSetup:
    return WrongSetup(
        f"{place} has no entry {entry}: BACKROOM_OFFSET + AWS_BATCH_JOB_ARRAY_INDEX do not fit this manifest"
    )
