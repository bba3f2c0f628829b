"""Fetches what a job wrote for the demo tenants, so that a person can open it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from backroom.storage.listing import objects
from backroom.tenants import Tenant

from backroom_console.demo.loading import is_body


def fetch(s3: Any, tenants: Iterable[Tenant], prefix: str, folder: Path) -> int:
    """Copy results, objects under `prefix`, that are not there yet to FOLDER/TENANT/; gives how many there are."""
    return sum(_fetch(s3, tenant, prefix, folder / tenant.tenant) for tenant in tenants)


def _fetch(s3: Any, tenant: Tenant, prefix: str, folder: Path) -> int:
    results = list(objects(s3, tenant.bucket, f"{tenant.prefix}{prefix}"))
    for listed in results:
        target = folder / listed.key.removeprefix(tenant.prefix)
        if not target.is_file() or not is_body(listed.etag, target.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(tenant.bucket, listed.key, str(target))
    return len(results)
