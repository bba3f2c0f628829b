"""Reads tenants' records from files."""

import json
from pathlib import Path
from typing import Any

from backroom.errors import InvalidTenantError
from backroom.tenants import BrokenTenant, Tenant, parse

from backroom_console.errors import UnreadableFileError
from backroom_console.tenant_tables import read_table


def read_tenants(file: Path) -> list[Tenant]:
    """Read tenants' records from a JSON list or, where its name ends in .csv, from a table (docs/operations.md).

    Raises UnreadableFileError, and InvalidTenantError naming the entry, or the line, and the field.
    """
    records = read_table(file) if file.suffix.lower() == ".csv" else _read_list(file)
    tenants = [read_tenant(record, f"{file}, {place}") for place, record in records]
    ids = [tenant.tenant for tenant in tenants]
    if twice := sorted({tenant for tenant in ids if ids.count(tenant) > 1}):
        raise InvalidTenantError(f"{file} has these tenants more than once: {', '.join(twice)}")
    return tenants


def _read_list(file: Path) -> list[tuple[str, Any]]:
    """Read a JSON list; gives each entry with its place."""
    try:
        records = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableFileError(f"{file} cannot be read as JSON: {error}") from error
    if not isinstance(records, list):
        raise UnreadableFileError(f"{file} must hold a list of tenants' records, as examples/tenants.json does")
    return [(f"entry {number}", record) for number, record in enumerate(records, 1)]


def read_tenant(record: Any, place: str) -> Tenant:
    """Read one record; raises InvalidTenantError."""
    found = parse(record) if isinstance(record, dict) else BrokenTenant("?", "it is no JSON object")
    if isinstance(found, BrokenTenant):
        raise InvalidTenantError(f"{place}: the record of tenant {found.tenant!r} does not fit: {found.reason}")
    return found
