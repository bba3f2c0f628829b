"""`backroom plan`: what a run would do."""

import click
from backroom.planning.summary import TenantPlan

from backroom_console import completing
from backroom_console.invocation import Invocation, command
from backroom_console.output import Column
from backroom_console.phrases import usd
from backroom_console.starting import Request, dry_run, read_params

_COLUMNS = (
    Column("Tenant"),
    Column("Portions", True),
    Column("Items", True),
    Column("Unchanged", True),
    Column("Failed before", True),
    Column("Left out because"),
)


@command("backroom plan image_resize", "backroom plan image_resize --tenant kontor --json")
@click.argument("job", shell_complete=completing.jobs)
@click.option(
    "--tenant",
    "tenants",
    multiple=True,
    metavar="TENANT",
    help="Only this tenant; may be repeated.",
    shell_complete=completing.tenants,
)
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="For all tenants; VALUE may be JSON.")
def plan(invocation: Invocation, job: str, tenants: tuple[str, ...], params: tuple[str, ...]) -> None:
    """Say what a run of JOB would do, tenant by tenant, what it would leave out, and why. Nothing is written."""
    found = dry_run(invocation.connection, Request(job, tenants, read_params(params)))
    if invocation.output.as_json:
        invocation.output.json(found.as_json() | {"message": found.message})
        return
    invocation.output.table(_COLUMNS, map(_row, found.tenants))
    cost = f" Likely cost: {usd(found.cost)}." if found.portions else ""
    invocation.output.line(f"\n{found.message}{cost}")


def _row(tenant: TenantPlan) -> tuple[object, ...]:
    return (tenant.tenant, tenant.portions, tenant.items, tenant.unchanged, tenant.failed_before, tenant.skipped)
