"""What a person sees of a demo when it is over."""

from collections.abc import Mapping
from typing import Any

import click
from backroom.records import RunRecord, TenantSums

from backroom_console.runs import failed_items, plan_of
from backroom_console.showing import duration, show_table, size
from backroom_console.site import Site

COLUMNS = ("Tenant", "Portions", "Succeeded", "Failed", "Skipped", "Read", "Written", "Container time")


def show_summary(site: Site, run: RunRecord) -> None:
    """Show a line per tenant, the run's own message, and every item that was set aside with its reason."""
    sums = {tenant.tenant: tenant for tenant in site.runs.tenants(run.run)}
    planned = plan_of(site, run.job, run.run)["tenants"]
    click.echo()
    show_table(COLUMNS, [_row(plan, sums.get(plan["tenant"])) for plan in planned], numbers=COLUMNS[1:])
    took = f" in {duration((run.ended_at - run.started_at).total_seconds())}" if run.ended_at else ""
    click.echo(f"\nRun {run.status}{took}: {run.message}")
    for item in failed_items(site, list(site.runs.portions(run.run))):
        click.echo(f"  {item.tenant}: {item.item}: {item.error}: {item.message}")


def _row(plan: Mapping[str, Any], sums: TenantSums | None) -> tuple[Any, ...]:
    done = sums or TenantSums(plan["tenant"])
    skipped = done.items.skipped + plan["unchanged"] + plan["failed_before"]
    read, written = size(done.bytes.read), size(done.bytes.written)
    figures = (plan["portions"], done.items.succeeded, done.items.failed, skipped, read, written)
    return (plan["tenant"], *figures, duration(done.seconds))
