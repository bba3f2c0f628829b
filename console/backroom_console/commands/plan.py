"""`backroom plan`: what a run would do."""

from typing import Any

import click

from backroom_console.options import as_json, examples, pass_site, tenants
from backroom_console.planner import dry_run
from backroom_console.showing import show_json, show_table
from backroom_console.site import Site

COLUMNS = ("Tenant", "Portions", "Items", "Unchanged", "Failed before", "Left out because")


@click.command(epilog=examples("backroom plan image_resize", "backroom plan image_resize --tenant kontor --json"))
@click.argument("job")
@tenants
@as_json
@pass_site
def plan(site: Site, job: str, tenants: tuple[str, ...], as_json: bool) -> None:
    """Say what a run of JOB would do, tenant by tenant, and what it would leave out and why. Nothing is written."""
    found = dry_run(site, job, tenants)
    if as_json:
        show_json(found)
        return
    show_table(COLUMNS, map(_row, found["tenants"]), numbers=COLUMNS[1:5])
    click.echo(f"\n{found['message']}")


def _row(tenant: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(tenant[name] for name in ("tenant", "portions", "items", "unchanged", "failed_before", "skipped"))
