"""Loads the demo tenants and their photos into the twin."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backroom.tenants import Tenant
from botocore.exceptions import ClientError

from backroom_console.connection import Connection
from backroom_console.tenant_files import read_tenants


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded: the tenants, how many files they have, and how many of these were new or changed."""

    tenants: tuple[Tenant, ...]
    files: int
    new: int


def load(connection: Connection, examples: Path) -> Loaded:
    """Put the tenants there, and their files that are new or changed; raises as `read_tenants` does."""
    tenants = read_tenants(examples / "tenants.json")
    counts = [_load_tenant(connection, tenant, examples / "tenants" / tenant.tenant) for tenant in tenants]
    return Loaded(tuple(tenants), sum(files for files, _ in counts), sum(new for _, new in counts))


def is_file(etag: str, path: Path) -> bool:
    """Say whether an object that was put in one go is this file: its ETag then is its MD5."""
    return etag.strip('"') == hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _load_tenant(connection: Connection, tenant: Tenant, folder: Path) -> tuple[int, int]:
    connection.tenants.put(tenant)
    s3: Any = connection.s3
    _make_bucket(s3, tenant.bucket)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    keys = {f"{tenant.prefix}{path.relative_to(folder).as_posix()}": path for path in paths}
    there = _etags(s3, tenant)
    changed = {key: path for key, path in keys.items() if key not in there or not is_file(there[key], path)}
    for key, path in changed.items():
        s3.put_object(Bucket=tenant.bucket, Key=key, Body=path.read_bytes())
    return len(keys), len(changed)


def _make_bucket(s3: Any, bucket: str) -> None:
    region = s3.meta.region_name
    # S3's oldest region is the one that may not be named: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, **where)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise


def _etags(s3: Any, tenant: Tenant) -> dict[str, str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=tenant.bucket, Prefix=tenant.prefix)
    return {listed["Key"]: listed["ETag"] for page in pages for listed in page.get("Contents", [])}
