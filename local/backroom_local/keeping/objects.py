"""Keeps S3's buckets and the current version of every object, and puts them back.

Not kept: older versions, tags, and the parts of uploads that were not completed.
"""

import pickle
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from moto.s3.models import s3_backends

from backroom_local.keeping.store import Store

_BUCKET, _OBJECT = "bucket", "object"
_KEY: Final = re.compile(rb"<Key>(.*?)</Key>", re.DOTALL)
_ESCAPES: Final = ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&#13;", b"\r"), (b"&amp;", b"&"))


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of an account."""

    store: Store
    account: str

    def wrote(self, environ: Mapping[str, Any], body: bytes) -> None:
        """Take note of what a request changed, from what moto holds now."""
        path: str = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
        bucket, _, key = path.lstrip("/").partition("/")
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        if not bucket or "partNumber" in query or "uploads" in query:
            return
        if key:
            self._keep(bucket, [key])
        elif "delete" in query:
            self._keep(bucket, list(_deleted(body)))
        else:
            self._keep_bucket(bucket)

    def restore(self) -> None:
        """Put all that was kept into moto's backend."""
        backend = s3_backends[self.account]["aws"]
        for (bucket, _), content in self.store.rows(_BUCKET):
            region, versioning = pickle.loads(content)  # noqa: S301 - a file of our own, in the user's own folder
            backend.create_bucket(bucket, region)
            backend.buckets[bucket].versioning_status = versioning
        for (bucket, key), content in self.store.rows(_OBJECT):
            if bucket in backend.buckets:
                backend.buckets[bucket].keys.setlist(key, [pickle.loads(content)])  # noqa: S301 - as above

    def _keep_bucket(self, bucket: str) -> None:
        """Keep a bucket, or forget it with its objects when it is gone."""
        found = s3_backends[self.account]["aws"].buckets.get(bucket)
        if found is None:
            self.store.put(_BUCKET, [((bucket, ""), None)])
            self.store.drop(_OBJECT, bucket)
        else:
            self.store.put(_BUCKET, [((bucket, ""), pickle.dumps((found.region_name, found.versioning_status)))])

    def _keep(self, bucket: str, keys: list[str]) -> None:
        """Keep objects as they are now; those that are gone, or marked as deleted, are forgotten."""
        found = s3_backends[self.account]["aws"].buckets.get(bucket)
        if found is not None:
            self.store.put(_OBJECT, [((bucket, key), _content(found.keys.get(key))) for key in keys])


def _content(key: Any) -> bytes | None:
    """Give an object as bytes; None for one that is no longer there."""
    if key is None or not hasattr(key, "contentsize"):
        return None
    upload, key.multipart = key.multipart, None
    try:
        return pickle.dumps(key, protocol=pickle.HIGHEST_PROTOCOL)
    finally:
        key.multipart = upload


def _deleted(body: bytes) -> Iterator[str]:
    """Give the keys that a DeleteObjects request names."""
    for key in _KEY.findall(body):
        for escape, character in _ESCAPES:
            key = key.replace(escape, character)
        yield key.decode()
