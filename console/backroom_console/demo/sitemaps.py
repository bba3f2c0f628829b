"""Shows what sitemaps the demo tenants have."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from backroom.tenants import Tenant

from backroom_console.output import Column, Output

_REPORT = "sitemaps/report.json"
_COLUMNS = (Column("Tenant"), Column("URLs", True), Column("Left out"))


def show(output: Output, s3: Any, tenants: Sequence[Tenant]) -> None:
    """Show of each tenant how many URLs its sitemaps name, and what was left out."""
    output.line("")
    output.table(_COLUMNS, [_row(tenant, _report(s3, tenant)) for tenant in tenants])


def _report(s3: Any, tenant: Tenant) -> Mapping[str, Any]:
    """Read what the job reported."""
    try:
        body = s3.get_object(Bucket=tenant.bucket, Key=f"{tenant.prefix}{_REPORT}")["Body"].read()
    except s3.exceptions.NoSuchKey:
        return {"urls": 0, "left_out": {}}
    report: Mapping[str, Any] = orjson.loads(body)
    return report


def _row(tenant: Tenant, report: Mapping[str, Any]) -> tuple[object, ...]:
    left_out = (f"{count} {why.replace('_', ' ')}" for why, count in sorted(report["left_out"].items()))
    return (tenant.tenant, f"{report['urls']:,}", ", ".join(left_out))
