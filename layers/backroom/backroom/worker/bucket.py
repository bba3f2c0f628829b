"""A bucket as the worker uses it: whole objects and ranges, conditional writes, patience, and a count of bytes."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, PermissionDeniedError, PreconditionError, UnauthenticatedError

from backroom.worker.endings import NoPermission, UnusableKey, WrongSetup
from backroom.worker.patience import Patience
from backroom.worker.xml_text import text_of

if TYPE_CHECKING:
    from obstore.store import S3Store

T = TypeVar("T")
_PAGE = 1_000
"""Objects that one answer of S3 lists."""
_MOST_SAID = 500
"""Characters of what S3 says that are repeated."""
_JSON: Mapping[str, str] = {"Content-Type": "application/json"}
_UNUSABLE = re.compile(r"^/|/$|//|(?:^|/)\.\.?(?:/|$)|[\x00-\x1f\x7f]|^$")


@dataclass(slots=True)
class Traffic:
    """Bytes of objects read and written so far."""

    read: int = 0
    written: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, read: int = 0, written: int = 0) -> None:
        """Count more bytes."""
        with self._lock:
            self.read += read
            self.written += written


@dataclass(frozen=True, slots=True)
class Piece:
    """A range of an object, with what its answer told about the whole."""

    body: bytes
    metadata: Mapping[str, str]
    size: int
    """Bytes of the whole object."""


@dataclass(frozen=True, slots=True)
class Head:
    """What S3 says of an object without its bytes."""

    etag: str | None
    metadata: Mapping[str, str]
    """Names in lower case."""
    size: int
    changed: datetime
    """When it was written, by S3's clock."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An object in a listing."""

    key: str
    changed: datetime
    """When it was written, by S3's clock."""


@dataclass(frozen=True, slots=True)
class Met:
    """An object on a walk through a folder."""

    key: str
    etag: str
    size: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket. Its methods raise FileNotFoundError, UnusableKey, WrongSetup, NoPermission, Outage."""

    name: str
    store: "S3Store"
    patience: Patience
    traffic: Traffic = field(default_factory=Traffic)

    def get(self, key: str) -> bytes:
        """The object's bytes."""
        body = self._ask("GET", key, lambda: bytes(obstore.get(self.store, key).bytes()))
        self.traffic.add(read=len(body))
        return body

    def get_with_etag(self, key: str) -> tuple[bytes, str | None]:
        """The object's bytes and its ETag, for a later `replace`."""

        def request() -> tuple[bytes, str | None]:
            answer = obstore.get(self.store, key)
            return bytes(answer.bytes()), answer.meta["e_tag"]

        body, etag = self._ask("GET", key, request)
        self.traffic.add(read=len(body))
        return body, etag

    def get_piece(self, key: str, start: int, end: int) -> Piece:
        """Bytes `start` to `end` (exclusive). Raises ValueError when the object ends before `start`."""

        def request() -> Piece:
            answer = obstore.get(self.store, key, options={"range": (start, end)})
            return Piece(bytes(answer.bytes()), _metadata(answer), answer.meta["size"])

        try:
            piece = self._ask("GET", key, request)
        except obstore.exceptions.GenericError as error:
            if "416" in str(error):
                raise ValueError(f"s3://{self.name}/{key} has no byte {start}") from error
            raise
        self.traffic.add(read=len(piece.body))
        return piece

    def head(self, key: str) -> Head | None:
        """The object's ETag and metadata; None if there is no such object."""

        def request() -> Head:
            answer = obstore.get(self.store, key, options={"head": True})
            return Head(answer.meta["e_tag"], _metadata(answer), answer.meta["size"], answer.meta["last_modified"])

        try:
            return self._ask("HEAD", key, request)
        except FileNotFoundError:
            return None

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Write the object, whether or not there is one."""
        self._ask("PUT", key, lambda: obstore.put(self.store, key, body, attributes={"Content-Type": content_type}))
        self.traffic.add(written=len(body))

    def listed(self, folder: str) -> list[Listed]:
        """The objects in a folder (`a/b`, without a slash at its end) and in those within it."""

        def request() -> list[Listed]:
            pages = obstore.list(self.store, folder)
            return [Listed(entry["path"], entry["last_modified"]) for page in pages for entry in page]

        return self._ask("LIST", folder, request)

    def walk(self, folder: str) -> Iterator[Met]:
        """Yield the objects in a folder and in those within it, in the order of their keys, a page in memory."""
        after: str | None = None
        while page := self._ask("LIST", folder, partial(self._page, folder, after)):
            yield from page
            after = page[-1].key

    def _page(self, folder: str, after: str | None) -> list[Met]:
        found = next(iter(obstore.list(self.store, folder, offset=after, chunk_size=_PAGE)), [])
        return [Met(entry["path"], entry["e_tag"] or "", entry["size"]) for entry in found]

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens if there is none."""
        self._ask("DELETE", key, lambda: obstore.delete(self.store, key))

    def create(self, key: str, body: bytes) -> bool:
        """Write the JSON object if there is none (If-None-Match: *); whether it was written."""
        return self.replace(key, body, None) is not None

    def replace(self, key: str, body: bytes, etag: str | None) -> str | None:
        """Write the JSON object if its ETag is still that (None: there is none); its new ETag, None if not written."""
        return self._write_if(key, body, etag, _JSON)

    def patient(self, patience: Patience) -> "Bucket":
        """The same bucket, waited for longer or shorter."""
        return replace(self, patience=patience)

    def put_if(self, key: str, body: bytes, attributes: Mapping[str, str], etag: str | None) -> bool:
        """Write the object if its ETag is still that (None: there is none); whether it was written."""
        written = self._write_if(key, body, etag, attributes)
        if written is not None:
            self.traffic.add(written=len(body))
        return written is not None

    def _write_if(self, key: str, body: bytes, etag: str | None, attributes: Mapping[str, str]) -> str | None:
        mode: obstore.PutMode = {"e_tag": etag} if etag else "create"
        try:
            answer = self._ask(
                "PUT", key, lambda: obstore.put(self.store, key, body, attributes=dict(attributes), mode=mode)
            )
        except (AlreadyExistsError, PreconditionError):
            return None
        except FileNotFoundError:  # S3's answer to If-Match on an object that was deleted meanwhile
            if not etag:
                raise
            return None
        return answer["e_tag"] or ""

    def _ask(self, verb: str, key: str, request: Callable[[], T]) -> T:
        if _UNUSABLE.search(key):
            raise UnusableKey(f"the key {key!r} cannot be asked for as it is: rename the object")
        try:
            return self.patience.call(f"{verb} s3://{self.name}/{key}", request)
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise WrongSetup(f"there is no bucket {self.name}: see to its name or create it") from error
            raise
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise NoPermission(
                f"{verb} s3://{self.name}/{key} is refused: give the job's role (or the tenant's) that right. "
                f"S3 says: {_said(str(error))}"
            ) from error


def _said(error: str) -> str:
    """What S3 itself says in an error of the client's, which ends with the answer's XML. Pure."""
    from html import unescape

    code, message = text_of(error, "Code"), text_of(error, "Message")
    said = f"{code}: {unescape(message)}" if code and message else error.split("\n", 1)[0]
    return said[:_MOST_SAID]


def _metadata(answer: "obstore.GetResult") -> dict[str, str]:
    """The attributes of an answer, their names in lower case."""
    return {name.lower(): value for name, value in answer.attributes.items()}
