"""A tenant's ledger: every item that was ever finished, as which version, and how (docs/architecture.md, Ledger)."""

from collections.abc import Callable, Iterable, Iterator
from heapq import merge as heap_merge
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from backroom.errors import LedgerCorruptError, ObjectChangedError
from backroom.storage.objects import Opened, lines, open_object
from backroom.storage.upload import StreamedUpload

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

OK = "ok"
"""The state of an item that was done; any other state is the name of the error it failed with for good."""
SCHEMA = 1
RIVALS = 5
"""How many times another recorder may be faster before `update` gives up."""


class Entry(NamedTuple):
    """One item: its id, the version (ETag) that was finished, and OK or the error's name."""

    id: str
    version: str
    state: str


def read(s3: "S3Client", bucket: str, key: str, fingerprint: str) -> Iterator[Entry]:
    """Yield the entries in order of ids; none if there is no ledger or it is of other parameters.

    Raises LedgerCorruptError.
    """
    opened = open_object(s3, bucket, key)
    return _entries(opened, f"s3://{bucket}/{key}", fingerprint) if opened else iter(())


def update(s3: "S3Client", bucket: str, key: str, fingerprint: str, news: Callable[[], Iterable[Entry]]) -> None:
    """Merge `news()` (sorted by id) into the ledger, which then is of `fingerprint`; may be repeated.

    Another recorder may write at the same time: the slower one reads again. Raises LedgerCorruptError,
    ObjectChangedError.
    """
    for rival in range(RIVALS):
        try:
            _rewrite(s3, bucket, key, fingerprint, news())
        except ObjectChangedError:
            if rival == RIVALS - 1:
                raise
        else:
            return


def merged(old: Iterable[Entry], new: Iterable[Entry]) -> Iterator[Entry]:
    """Merge two streams sorted by id; where both have an id, `new` holds. Constant memory."""
    previous: Entry | None = None
    # heapq.merge is stable: of equal ids the one of `old` comes first, and the last one stays.
    for entry in heap_merge(old, new, key=_id):
        if previous is not None and previous.id != entry.id:
            yield previous
        previous = entry
    if previous is not None:
        yield previous


def _id(entry: Entry) -> str:
    return entry.id


def _rewrite(s3: "S3Client", bucket: str, key: str, fingerprint: str, news: Iterable[Entry]) -> None:
    opened = open_object(s3, bucket, key)
    old = _entries(opened, f"s3://{bucket}/{key}", fingerprint) if opened else iter(())
    upload = StreamedUpload(s3, bucket, key, replaces=opened.etag if opened else None)
    try:
        upload.write(orjson.dumps({"fingerprint": fingerprint, "schema": SCHEMA}) + b"\n")
        for entry in merged(old, news):
            upload.write(orjson.dumps([entry.id, entry.version, entry.state]) + b"\n")
        upload.finish()
    except BaseException:
        upload.abort()
        raise


def _entries(opened: Opened, place: str, fingerprint: str) -> Iterator[Entry]:
    stream = lines(opened.body)
    head = _parsed(next(stream, b""), place)
    if not isinstance(head, dict) or head.get("schema") != SCHEMA:
        raise LedgerCorruptError(
            f"{place} does not begin as a ledger of schema {SCHEMA}; delete it to do everything anew"
        )
    if head.get("fingerprint") == fingerprint:
        yield from _in_order(stream, place)


def _in_order(stream: Iterator[bytes], place: str) -> Iterator[Entry]:
    previous = ""
    for line in stream:
        fields = _parsed(line, place)
        if not isinstance(fields, list) or len(fields) != 3 or fields[0] < previous:
            raise LedgerCorruptError(
                f"{place} has no entry or one out of order: {line[:80]!r}; delete it to do everything anew"
            )
        previous = fields[0]
        yield Entry(*fields)


def _parsed(line: bytes, place: str) -> Any:
    try:
        return orjson.loads(line)
    except ValueError as error:
        raise LedgerCorruptError(f"{place} is not JSON: {line[:80]!r}; delete it to do everything anew") from error
