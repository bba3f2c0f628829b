"""Fetches the resized photos, so that a person can open them."""

from pathlib import Path
from typing import Any

from backroom.tenants import Tenant

from backroom_console.site import Site

RESULTS = "resized/"


def fetch(site: Site, folder: Path) -> Path:
    """Copy every tenant's results to FOLDER/TENANT/resized/WIDTH/...; gives the folder as an absolute path."""
    s3 = site.client("s3")
    for tenant in site.tenants.all():
        if isinstance(tenant, Tenant):
            _fetch_tenant(s3, tenant, folder / tenant.tenant)
    return folder.resolve()


def _fetch_tenant(s3: Any, tenant: Tenant, folder: Path) -> None:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=tenant.bucket, Prefix=f"{tenant.prefix}{RESULTS}")
    for listed in (listed for page in pages for listed in page.get("Contents", [])):
        target = folder / listed["Key"].removeprefix(tenant.prefix)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(s3.get_object(Bucket=tenant.bucket, Key=listed["Key"])["Body"].read())
