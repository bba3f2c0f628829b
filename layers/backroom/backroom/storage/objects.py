"""Reads objects of the runs bucket, whole, as JSON, or line by line in constant memory, and writes small ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import orjson
from botocore.exceptions import ClientError

from backroom.errors import ObjectChangedError
from backroom.patience import BROKEN, patiently

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

CHUNK_BYTES = 1024 * 1024
REFUSED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
"""What S3 answers to a conditional write when another one was faster."""


class Readable(Protocol):
    """What `lines` reads from: a body of S3, an open file."""

    def read(self, amt: int, /) -> bytes:
        """Give at most `amt` bytes, none at the end."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An object being read, the ETag of the version that is read, and its metadata."""

    body: Readable
    etag: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Body:
    """An object's body that goes on where it was when its connection breaks."""

    s3: "S3Client"
    bucket: str
    key: str
    etag: str
    stream: Readable | None
    position: int = 0

    def read(self, amt: int, /) -> bytes:
        """Give at most `amt` bytes, none at the end.

        Raises ObjectChangedError if the object was replaced before it was read, the last of BROKEN, ClientError.
        """
        chunk = patiently(lambda: self._read(amt))
        self.position += len(chunk)
        return chunk

    def _read(self, amt: int) -> bytes:
        self.stream = self.stream or self._rest()
        try:
            return self.stream.read(amt)
        except BROKEN:
            self.stream = None
            raise

    def _rest(self) -> Readable:
        rest = f"bytes={self.position}-"
        try:
            return self.s3.get_object(Bucket=self.bucket, Key=self.key, Range=rest, IfMatch=self.etag)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in REFUSED:
                raise
            raise ObjectChangedError(f"s3://{self.bucket}/{self.key} was written while it was read") from error


def open_object(s3: "S3Client", bucket: str, key: str) -> Opened | None:
    """Begin to read an object; None if there is none. Raises botocore's ClientError for the rest."""
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
    body = Body(s3, bucket, key, answer["ETag"], answer["Body"])
    return Opened(body, answer["ETag"], answer["Metadata"])


def object_exists(s3: "S3Client", bucket: str, key: str) -> bool:
    """Say whether there is such an object. Raises botocore's ClientError where that may not be known."""
    return metadata_of(s3, bucket, key) is not None


def metadata_of(s3: "S3Client", bucket: str, key: str) -> Mapping[str, str] | None:
    """Give an object's metadata; None if there is none such. Raises botocore's ClientError for the rest."""
    try:
        return s3.head_object(Bucket=bucket, Key=key)["Metadata"]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
            return None
        raise


def read_json(s3: "S3Client", bucket: str, key: str) -> Any:
    """Read an object as JSON; None if there is none. Raises orjson.JSONDecodeError (a ValueError)."""
    opened = open_object(s3, bucket, key)
    return None if opened is None else orjson.loads(b"".join(chunks(opened.body)))


def write_json(s3: "S3Client", bucket: str, key: str, value: Any) -> None:
    """Write an object as JSON, whatever was there. Raises botocore's ClientError."""
    s3.put_object(Bucket=bucket, Key=key, Body=orjson.dumps(value), ContentType="application/json")


def read_range(s3: "S3Client", bucket: str, key: str, offset: int, length: int) -> bytes:
    """Read `length` > 0 bytes from `offset`. Raises botocore's ClientError."""
    piece = f"bytes={offset}-{offset + length - 1}"
    return patiently(lambda: s3.get_object(Bucket=bucket, Key=key, Range=piece)["Body"].read())


def put_if(
    s3: "S3Client", bucket: str, key: str, body: bytes, replaces: str | None, metadata: Mapping[str, str] | None = None
) -> bool:
    """Write an object whole if the one of ETag `replaces` is still there (None: if there is none); says whether it was.

    Raises botocore's ClientError for the rest.
    """
    condition: Any = {"IfMatch": replaces} if replaces else {"IfNoneMatch": "*"}
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata or {}, **condition)
    except ClientError as error:
        # If-Match on a key that is no longer there: NoSuchKey.
        if error.response["Error"]["Code"] not in (*REFUSED, "NoSuchKey", "404"):
            raise
        return False
    return True


def chunks(body: Readable) -> Iterator[bytes]:
    """Yield the body in chunks of CHUNK_BYTES."""
    while chunk := body.read(CHUNK_BYTES):
        yield chunk


def lines(body: Readable) -> Iterator[bytes]:
    """Yield the lines of the body without their newlines; a last one without a newline counts."""
    rest: list[bytes] = []
    for chunk in chunks(body):
        head, *more = chunk.split(b"\n")
        rest.append(head)
        if more:
            yield b"".join(rest)
            yield from more[:-1]
            rest = [more[-1]]
    if last := b"".join(rest):
        yield last
