"""Loads the demo tenants and their photos into the twin."""

import hashlib
from pathlib import Path
from typing import Any

from backroom.tenants import Tenant
from botocore.exceptions import ClientError

from backroom_console.commands.tenants import read_tenants
from backroom_console.site import Site


def load(site: Site, examples: Path) -> str:
    """Put the tenants and what of their files is new or changed; says what it did. Raises InvalidTenantError."""
    tenants = read_tenants(examples / "tenants.json")
    counts = [_load_tenant(site, tenant, examples / "tenants" / tenant.tenant) for tenant in tenants]
    files, loaded = sum(files for files, _ in counts), sum(loaded for _, loaded in counts)
    return f"{len(tenants)} tenants with {files} files in all; {loaded} loaded, {files - loaded} there already."


def _load_tenant(site: Site, tenant: Tenant, folder: Path) -> tuple[int, int]:
    site.tenants.put(tenant)
    s3 = site.client("s3")
    _make_bucket(s3, tenant.bucket, site.session.region_name)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    keys = {f"{tenant.prefix}{path.relative_to(folder).as_posix()}": path for path in paths}
    changed = {key: path for key, path in keys.items() if not _is_there(s3, tenant.bucket, key, path)}
    for key, path in changed.items():
        s3.put_object(Bucket=tenant.bucket, Key=key, Body=path.read_bytes())
    return len(keys), len(changed)


def _make_bucket(s3: Any, bucket: str, region: str | None) -> None:
    try:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise


def _is_there(s3: Any, bucket: str, key: str, path: Path) -> bool:
    """Whether the object is this file: an object that was put in one go has its MD5 as ETag."""
    try:
        etag = s3.head_object(Bucket=bucket, Key=key)["ETag"].strip('"')
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        return False
    return bool(etag == hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest())
