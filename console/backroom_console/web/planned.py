"""Reads of a manifest whose portions it holds, without their items: they are nearly all of it."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import orjson
from backroom.errors import ManifestMissingError
from backroom.layout import RunLayout
from backroom.storage.objects import lines, open_object

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_BEGINNING = re.compile(rb'\{"portion":(?P<portion>\d+),"tenant":"(?P<tenant>[a-z0-9-]+)",')
"""How the planner writes a line; one that begins otherwise is read as a whole."""
_PLAN = b'{"plan":'


def read_planned(s3: "S3Client", bucket: str, layout: RunLayout, wave: int) -> Iterator[tuple[int, str]]:
    """Yield number and tenant of the portions that a wave was planned with.

    Raises ManifestMissingError while it is not planned, ClientError.
    """
    key = layout.manifest(wave)
    opened = open_object(s3, bucket, key)
    if opened is None:
        raise ManifestMissingError(f"there is no s3://{bucket}/{key}: wave {wave} is not planned yet")
    for line in lines(opened.body):
        if not line.startswith(_PLAN):
            yield _read(line)


def _read(line: bytes) -> tuple[int, str]:
    found = _BEGINNING.match(line)
    if found is not None:
        return int(found["portion"]), found["tenant"].decode()
    whole = orjson.loads(line)
    return whole["portion"], whole["tenant"]
