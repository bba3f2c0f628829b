"""`backroom runs`, `show` and `portions`: what became of runs."""

from itertools import islice
from typing import Any

import click
from backroom.records import PortionRecord, RunRecord, TenantSums
from backroom.words import Outcome

from backroom_console.options import as_json, examples, outcome, pass_site
from backroom_console.runs import failed_items, find_run
from backroom_console.showing import duration, show_json, show_table, size, when
from backroom_console.site import Site

RUN_COLUMNS = ("Run", "Status", "Started (UTC)", "Took", "Portions", "Message")
TENANT_COLUMNS = ("Tenant", "Portions", "Succeeded", "Failed", "Skipped", "Read", "Written", "Container time")
PORTION_COLUMNS = ("Portion", "Tenant", "Outcome", "Cause", "Attempts", "Items done", "Failed", "Time", "Message")
MOST_ITEMS = 20
"""Failed items that `show` lists; `--json` lists all."""


@click.command(epilog=examples("backroom runs", "backroom runs --job image_resize --limit 5 --json"))
@click.option("--job", help="Only runs of this job.")
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many, the newest first."
)
@as_json
@pass_site
def runs(site: Site, job: str | None, limit: int, as_json: bool) -> None:
    """List runs, the newest first."""
    found = site.runs.latest(job, limit) if job else _newest(site, limit)
    if as_json:
        show_json(found)
    elif found:
        show_table(RUN_COLUMNS, map(_run_row, found), numbers=("Took", "Portions"))
    else:
        click.echo("There are no runs yet; start one with `backroom run JOB`.")


@click.command(epilog=examples("backroom show image_resize-20261127T030000Z-0a1b"))
@click.argument("run")
@as_json
@pass_site
def show(site: Site, run: str, as_json: bool) -> None:
    """Show what became of RUN: per tenant, and the items that were set aside, with the reasons."""
    describe(site, find_run(site, run), as_json)


@click.command(
    epilog=examples("backroom portions RUN --outcome failed", "backroom portions RUN --tenant kontor --json")
)
@click.argument("run")
@outcome
@click.option("--tenant", help="Only this tenant's.")
@as_json
@pass_site
def portions(site: Site, run: str, outcome: str | None, tenant: str | None, as_json: bool) -> None:
    """List the portions of RUN."""
    found = site.runs.portions(find_run(site, run).run, Outcome(outcome) if outcome else None, tenant)
    if as_json:
        show_json(list(found))
        return
    show_table(
        PORTION_COLUMNS, map(_portion_row, found), numbers=("Portion", "Attempts", "Items done", "Failed", "Time")
    )


def describe(site: Site, run: RunRecord, as_json: bool) -> None:
    """Show one run: its own line, its tenants, its bad items."""
    tenants = list(site.runs.tenants(run.run))
    with_failures = [portion for portion in site.runs.portions(run.run) if portion.failed_items]
    items = failed_items(site, with_failures)
    if as_json:
        show_json({"run": run, "tenants": tenants, "failed_items": list(items)})
        return
    show_table(RUN_COLUMNS, [_run_row(run)], numbers=("Took", "Portions"))
    if tenants:
        click.echo()
        show_table(TENANT_COLUMNS, map(tenant_row, tenants), numbers=TENANT_COLUMNS[1:])
    for item in islice(items, MOST_ITEMS):
        click.echo(f"{item.tenant}: {item.item}: {item.error}: {item.message}")
    if (more := run.items.failed - MOST_ITEMS) > 0:
        click.echo(f"... and {more:,} more; all of them with --json")


def tenant_row(sums: TenantSums) -> tuple[Any, ...]:
    """Give a tenant's line in the table of tenants."""
    items = sums.items
    figures = (items.succeeded, items.failed, items.skipped, size(sums.bytes.read), size(sums.bytes.written))
    return (sums.tenant, sum(sums.portions.values()), *figures, duration(sums.seconds))


def _newest(site: Site, limit: int) -> list[RunRecord]:
    return sorted(site.runs.every(), key=lambda run: run.started_at, reverse=True)[:limit]


def _run_row(run: RunRecord) -> tuple[Any, ...]:
    took = duration((run.ended_at - run.started_at).total_seconds()) if run.ended_at else ""
    return (run.run, run.status, when(run.started_at), took, run.portions, run.message)


def _portion_row(portion: PortionRecord) -> tuple[Any, ...]:
    items = portion.items
    figures = (len(portion.attempts), items.succeeded, items.failed, duration(portion.seconds))
    return (portion.portion, portion.tenant, portion.outcome, portion.cause, *figures, portion.message)
