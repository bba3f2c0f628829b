"""Ends the planning of a run: after that no planner, however late, can start another wave (docs/formal.md)."""

from hashlib import sha256
from typing import TYPE_CHECKING

from backroom.layout import RunLayout
from backroom.manifest.index import SCHEMA
from backroom.storage.objects import metadata_of, put_if

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_METADATA = {"count": "0", "sha256": sha256().hexdigest(), "schema": SCHEMA, "closed": "true"}


def close_plan(s3: "S3Client", bucket: str, layout: RunLayout, wave: int) -> bool:
    """Put an empty index where a wave has none; says whether the wave has no plan, now and ever after.

    Raises botocore's ClientError.
    """
    return put_if(s3, bucket, layout.index(wave), b"", None, _METADATA) or is_closed(s3, bucket, layout, wave)


def is_closed(s3: "S3Client", bucket: str, layout: RunLayout, wave: int) -> bool:
    """Say whether a wave's planning was ended before there was a plan. Raises botocore's ClientError."""
    metadata = metadata_of(s3, bucket, layout.index(wave))
    return metadata is not None and metadata.get("closed") == "true"
