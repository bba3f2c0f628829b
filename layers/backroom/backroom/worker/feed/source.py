"""Gets the feed: from the tenant's bucket or by https, onto this machine's disk, in pieces."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from backroom.worker import Bucket
from backroom.worker.feed.limits import MB
from backroom.worker.feed.reasons import ChangingFeed, EmptyFeed, MissingFeed, TooLargeFeed
from backroom.worker.web import Limits, NotModified, Web, WebReason

LARGEST = 1_000 * MB
SECONDS = 900
"""What a feed's server has for all of it."""
_PIECE = 8 * MB
_TRIES = 3
_PAUSE = 5
"""Seconds before the second try, twice that before the third."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A feed on this machine."""

    path: Path
    etag: str
    """What its server calls this version; "" if it does not."""
    digest: str
    """SHA-256 of its bytes."""
    changed: datetime
    """When it was written; when it was read, if nobody says it."""


def from_bucket(bucket: Bucket, key: str, path: Path, largest: int = LARGEST) -> Fetched:
    """Read an object; anew if it is replaced meanwhile. Raises MissingFeed, EmptyFeed, TooLargeFeed, ChangingFeed."""
    place = f"s3://{bucket.name}/{key}"
    for _ in range(_TRIES):
        head = bucket.head(key)
        if head is None:
            raise MissingFeed(f"there is no {place}: put the feed there, or change the parameter feed")
        if not head.size:
            raise EmptyFeed(f"{place} is empty: see whether it was written to its end")
        if head.size > largest:
            raise TooLargeFeed(f"{place} has {head.size:,} bytes, at most {largest:,} are read: pack or split it")
        digest = _write(_pieces(bucket, key, head.size), path)
        after = bucket.head(key)
        if after is not None and after.etag == head.etag:
            return Fetched(path, head.etag or "", digest, head.changed)
    raise ChangingFeed(f"{place} was replaced {_TRIES} times while it was read: write it at another time")


def from_web(
    web: Web,
    url: str,
    known: str,
    path: Path,
    now: datetime,
    wait: Callable[[float], object],
    largest: int = LARGEST,
) -> Fetched | None:
    """Read a URL; None if it is as `known`, the ETag of before ("": none), says. Raises WebReason.

    What may pass is tried thrice; `wait` pauses that many seconds.
    """
    for number in range(1, _TRIES):
        try:
            return _asked(web, url, known, path, now, largest)
        except WebReason as error:
            if not error.passing:
                raise
            wait(_PAUSE * number)
    return _asked(web, url, known, path, now, largest)


def _asked(web: Web, url: str, known: str, path: Path, now: datetime, largest: int) -> Fetched | None:
    try:
        with web.get(url, Limits(largest, SECONDS), {"If-None-Match": known} if known else {}) as answer:
            digest = _write(answer.chunks, path)
            return Fetched(
                path, answer.headers.get("etag", ""), digest, _changed(answer.headers.get("last-modified"), now)
            )
    except NotModified:
        return None


def _changed(said: str | None, now: datetime) -> datetime:
    """Give the time of Last-Modified; now, if it says none or one to come."""
    with suppress(TypeError, ValueError):
        return min(parsedate_to_datetime(said or "").astimezone(UTC), now)
    return now


def _pieces(bucket: Bucket, key: str, size: int) -> Iterator[bytes]:
    for start in range(0, size, _PIECE):
        yield bucket.get_piece(key, start, min(start + _PIECE, size)).body


def _write(chunks: Iterable[bytes], path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()
