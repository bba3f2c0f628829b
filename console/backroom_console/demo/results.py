"""Fetches what a job wrote for the demo tenants, so that a person can open it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from backroom.tenants import Tenant

from backroom_console.demo.loading import is_body, objects


def fetch(s3: Any, tenants: Iterable[Tenant], prefix: str, folder: Path) -> int:
    """Copy results, objects under `prefix`, that are not there yet to FOLDER/TENANT/; gives how many there are."""
    return sum(_fetch(s3, tenant, prefix, folder / tenant.tenant) for tenant in tenants)


def _fetch(s3: Any, tenant: Tenant, prefix: str, folder: Path) -> int:
    results = list(objects(s3, tenant, prefix))
    for listed in results:
        target = folder / listed["Key"].removeprefix(tenant.prefix)
        if not target.is_file() or not is_body(listed["ETag"], target.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(tenant.bucket, listed["Key"], str(target))
    return len(results)
