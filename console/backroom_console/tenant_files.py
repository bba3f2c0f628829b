"""Reads tenants' records from files."""

import json
from pathlib import Path
from typing import Any

from backroom.errors import InvalidTenantError
from backroom.tenants import BrokenTenant, Tenant, parse

from backroom_console.errors import UnreadableFileError


def read_tenants(file: Path) -> list[Tenant]:
    """Read a JSON list of tenants' records; raises UnreadableFileError, InvalidTenantError naming entry and field."""
    try:
        records = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableFileError(f"{file} cannot be read as JSON: {error}") from error
    if not isinstance(records, list):
        raise UnreadableFileError(f"{file} must hold a list of tenants' records, as examples/tenants.json does")
    tenants = [read_tenant(record, f"{file}, entry {number}") for number, record in enumerate(records, 1)]
    ids = [tenant.tenant for tenant in tenants]
    if twice := sorted({tenant for tenant in ids if ids.count(tenant) > 1}):
        raise InvalidTenantError(f"{file} has these tenants more than once: {', '.join(twice)}")
    return tenants


def read_tenant(record: Any, place: str) -> Tenant:
    """Read one record; raises InvalidTenantError."""
    found = parse(record) if isinstance(record, dict) else BrokenTenant("?", "it is no JSON object")
    if isinstance(found, BrokenTenant):
        raise InvalidTenantError(f"{place}: the record of tenant {found.tenant!r} does not fit: {found.reason}")
    return found
