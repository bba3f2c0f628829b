"""Loads the demo tenants, and of their files those that a job reads, into the twin."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backroom.catalogue.bucket_file import FILE
from backroom.storage.listing import objects
from backroom.tenants import Tenant
from botocore.exceptions import ClientError

from backroom_console.connection import Connection
from backroom_console.tenant_files import read_tenants

Files = Callable[[Path], Mapping[str, Callable[[], bytes]]]
"""From a tenant's folder in examples/ to the objects that a job reads: keys without the tenant's prefix, and bytes."""

_OF_JOBS = (FILE,)
"""What jobs change: once it is there it is theirs, and another demo goes on with it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded: the tenants, how many files they have, and how many of these were new or changed."""

    tenants: tuple[Tenant, ...]
    files: int
    new: int


def load(connection: Connection, examples: Path, files: Files) -> Loaded:
    """Put the tenants there, and their files that are new or changed; raises as `read_tenants` does."""
    tenants = read_tenants(examples / "tenants.json")
    counts = [_load_tenant(connection, tenant, files(examples / "tenants" / tenant.tenant)) for tenant in tenants]
    return Loaded(tuple(tenants), sum(count for count, _ in counts), sum(new for _, new in counts))


def is_body(etag: str, body: bytes) -> bool:
    """Say whether an object that was put in one go is this: its ETag (without quotes) then is its MD5."""
    return etag == hashlib.md5(body, usedforsecurity=False).hexdigest()


def _load_tenant(connection: Connection, tenant: Tenant, files: Mapping[str, Callable[[], bytes]]) -> tuple[int, int]:
    connection.tenants.put(tenant)
    s3: Any = connection.s3
    _make_bucket(s3, tenant.bucket)
    there = {key.removeprefix(tenant.prefix): etag for key, etag, _ in objects(s3, tenant.bucket, tenant.prefix)}
    new = 0
    for key, read in files.items():
        if key in there and key in _OF_JOBS:
            continue
        body = read()
        if key not in there or not is_body(there[key], body):
            s3.put_object(Bucket=tenant.bucket, Key=f"{tenant.prefix}{key}", Body=body)
            new += 1
    return len(files), new


def _make_bucket(s3: Any, bucket: str) -> None:
    region = s3.meta.region_name
    # S3's oldest region is the one that may not be named: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, **where)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
