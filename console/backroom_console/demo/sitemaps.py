"""Shows what sitemaps the demo tenants have."""

from collections.abc import Sequence
from typing import Any

from backroom.storage.objects import read_json
from backroom.tenants import Tenant

from backroom_console.output import Column, Output

_REPORT = "sitemaps/report.json"
_COLUMNS = (Column("Tenant"), Column("URLs", True), Column("Left out"))


def show(output: Output, s3: Any, tenants: Sequence[Tenant]) -> None:
    """Show of each tenant how many URLs its sitemaps name, and what was left out."""
    output.line("")
    output.table(_COLUMNS, [_row(s3, tenant) for tenant in tenants])


def _row(s3: Any, tenant: Tenant) -> tuple[object, ...]:
    report = read_json(s3, tenant.bucket, f"{tenant.prefix}{_REPORT}") or {"urls": 0, "left_out": {}}
    left_out = (f"{count} {why.replace('_', ' ')}" for why, count in sorted(report["left_out"].items()))
    return (tenant.tenant, f"{report['urls']:,}", ", ".join(left_out))
