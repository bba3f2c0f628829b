"""Shows what the demo tenants' reports say."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from backroom.planning.months import month_at, time_zone
from backroom.storage.objects import read_json
from backroom.tenants import Tenant

from backroom_console.output import Column, Output

_COLUMNS = (
    Column("Tenant"),
    Column("Month"),
    Column("Products", True),
    Column("Out of stock", True),
    Column("Changed", True),
    Column("Stock value"),
    Column("Runs", True),
)


def show(output: Output, s3: Any, tenants: Sequence[Tenant]) -> None:
    """Show of each tenant some figures of this month's report."""
    output.line("")
    output.table(_COLUMNS, [row for tenant in tenants if (row := _row(s3, tenant))])


def _row(s3: Any, tenant: Tenant) -> tuple[object, ...]:
    month = month_at(datetime.now(UTC), time_zone(tenant.tenant, tenant.timezone)).name
    mark = read_json(s3, tenant.bucket, f"{tenant.prefix}reports/{month}/report.json")
    if mark is None:
        return ()
    counts = (f"{mark[name]:,}" for name in ("products", "out_of_stock", "changed"))
    return (tenant.tenant, mark["title"], *counts, _values(mark["stock_values"]), f"{sum(mark['runs'].values()):,}")


def _values(values: Mapping[str, str]) -> str:
    return ", ".join(f"{Decimal(value):,.2f} {currency}".strip() for currency, value in values.items())
