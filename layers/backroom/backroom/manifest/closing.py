"""Ends the planning of a run: after that no planner, however late, can start another wave (docs/formal.md)."""

from hashlib import sha256
from typing import TYPE_CHECKING

from backroom.layout import RunLayout
from backroom.manifest.index import SCHEMA
from backroom.storage.objects import put_if

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_METADATA = {"count": "0", "sha256": sha256().hexdigest(), "schema": SCHEMA, "closed": "true"}


def close_plan(s3: "S3Client", bucket: str, layout: RunLayout, wave: int) -> bool:
    """Put an empty index where a wave has none; says whether the wave has no plan, now and ever after.

    Raises botocore's ClientError.
    """
    key = layout.index(wave)
    if put_if(s3, bucket, key, b"", None, _METADATA):
        return True
    return s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("closed") == "true"
