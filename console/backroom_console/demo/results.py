"""Fetches what a job wrote for the demo tenants, so that a person can open it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from backroom.tenants import Tenant

from backroom_console.demo.photos import is_file

_RESULTS = "resized/"


def fetch(s3: Any, tenants: Iterable[Tenant], folder: Path) -> int:
    """Copy results that are not there yet to FOLDER/TENANT/resized/WIDTH/...; gives how many there are in all."""
    return sum(_fetch(s3, tenant, folder / tenant.tenant) for tenant in tenants)


def _fetch(s3: Any, tenant: Tenant, folder: Path) -> int:
    results = list(_results(s3, tenant))
    for listed in results:
        target = folder / listed["Key"].removeprefix(tenant.prefix)
        if not target.is_file() or not is_file(listed["ETag"], target):
            target.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(tenant.bucket, listed["Key"], str(target))
    return len(results)


def _results(s3: Any, tenant: Tenant) -> Iterator[Any]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=tenant.bucket, Prefix=f"{tenant.prefix}{_RESULTS}")
    return (listed for page in pages for listed in page.get("Contents", []))
