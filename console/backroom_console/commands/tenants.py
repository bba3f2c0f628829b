"""`backroom tenants`: the customers and where their objects lie."""

from pathlib import Path
from typing import Any

import click
from backroom.phrases import counted
from backroom.tenants import BrokenTenant, Tenant

from backroom_console import completing
from backroom_console.invocation import Invocation, command
from backroom_console.jobs import require
from backroom_console.output import Column
from backroom_console.tenant_changes import Change
from backroom_console.tenant_files import read_tenant, read_tenants

_COLUMNS = tuple(map(Column, ("Tenant", "Name", "Enabled", "Bucket", "Prefix", "Jobs off", "Fault")))


@click.group()
def tenants() -> None:
    """The tenants: list, add, edit, import, enable, disable."""


@command("backroom tenants list", "backroom tenants list --json")
def list_(invocation: Invocation) -> None:
    """List the tenants, and what is wrong with a record that does not fit."""
    found = invocation.connection.tenants.all()
    if invocation.output.as_json:
        invocation.output.json(found)
    elif found:
        invocation.output.table(_COLUMNS, map(_row, found))
    else:
        invocation.output.line("There is no tenant yet; add one with `backroom tenants add TENANT --bucket BUCKET`.")


@command("backroom tenants add acme --bucket backroom-acme --name 'Acme Ltd' --timezone Europe/Berlin")
@click.argument("tenant")
@click.option("--bucket", required=True, help="The bucket of its objects.")
@click.option("--prefix", default="", help="Where in the bucket; ends with a slash.")
@click.option("--name", default="", help="Its name for people.")
@click.option("--timezone", default="UTC", show_default=True, help="IANA time zone.")
def add(invocation: Invocation, tenant: str, bucket: str, prefix: str, name: str, timezone: str) -> None:
    """Add TENANT, enabled, or replace its record."""
    record = {"tenant": tenant, "bucket": bucket, "prefix": prefix, "name": name, "timezone": timezone, "enabled": True}
    added = read_tenant(record, "the command line")
    invocation.connection.tenants.put(added)
    _say(invocation, [added], f"{tenant} is there; its jobs run from the next plan on.")


@command("backroom tenants import examples/tenants.json", "backroom tenants import tenants.csv")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(invocation: Invocation, file: Path) -> None:
    """Add or replace all tenants in FILE, a JSON list of records or a CSV table. If one does not fit, none is written.

    A table's first line names its columns as a record's fields are named: tenant, bucket, prefix, name, enabled (yes
    if the cell is empty), timezone, email, jobs_off (with spaces between), params.JOB.NAME, limits.JOB.NAME.
    """
    found = read_tenants(file)
    for tenant in found:
        invocation.connection.tenants.put(tenant)
    _say(invocation, found, f"{counted(len(found), 'tenant')} imported.")


@command(
    "backroom tenants edit acme --timezone Europe/Zurich --email shop@acme.example",
    "backroom tenants edit acme --param image_resize.quality=85 --limit image_resize.item_tolerance=0.05",
    "backroom tenants edit acme --param image_resize.quality=",
)
@click.argument("tenant", shell_complete=completing.tenants)
@click.option("--bucket", help="The bucket of its objects.")
@click.option("--prefix", help="Where in the bucket; ends with a slash.")
@click.option("--name", help="Its name for people.")
@click.option("--timezone", help="IANA time zone.")
@click.option("--email", help="Who is told of its part of a run; '' for nobody.")
@click.option(
    "--param", "params", multiple=True, metavar="JOB.NAME=VALUE", help="VALUE may be JSON; none takes it away."
)
@click.option("--limit", "limits", multiple=True, metavar="JOB.NAME=VALUE", help="The same for its limits.")
def edit(invocation: Invocation, tenant: str, params: tuple[str, ...], limits: tuple[str, ...], **fields: Any) -> None:
    """Change some of TENANT's record; what is not named stays as it is."""
    named = {name: value for name, value in fields.items() if value is not None}
    if named.get("email") == "":
        named["email"] = None
    change = Change(named, params=params, limits=limits)
    if change.is_empty:
        raise click.UsageError("Say what shall be otherwise, as with --timezone or --param.")
    _change(invocation, tenant, change, f"{tenant} is changed; runs take it so from the next plan on.")


@command("backroom tenants enable acme", "backroom tenants enable acme image_resize")
@click.argument("tenant", shell_complete=completing.tenants)
@click.argument("job", required=False, shell_complete=completing.jobs)
def enable(invocation: Invocation, tenant: str, job: str | None) -> None:
    """Let jobs run for TENANT; with JOB: that one, if the tenant is enabled at all."""
    if job is None:
        _set(invocation, tenant, True, f"Jobs run for {tenant} from the next plan on.")
    else:
        require(invocation.connection, job)
        _change(invocation, tenant, Change(on=(job,)), f"{job} runs for {tenant} from the next plan on.")


@command("backroom tenants disable acme", "backroom tenants disable acme image_resize")
@click.argument("tenant", shell_complete=completing.tenants)
@click.argument("job", required=False, shell_complete=completing.jobs)
def disable(invocation: Invocation, tenant: str, job: str | None) -> None:
    """Let no job run for TENANT, or with JOB not that one; its objects and records stay."""
    if job is None:
        _set(invocation, tenant, False, f"No job runs for {tenant} from the next plan on.")
    else:
        require(invocation.connection, job)
        _change(invocation, tenant, Change(off=(job,)), f"{job} runs no more for {tenant} from the next plan on.")


def _set(invocation: Invocation, tenant: str, enabled: bool, message: str) -> None:
    invocation.connection.tenants.set_enabled(tenant, enabled)
    if invocation.output.as_json:
        invocation.output.json({"tenant": tenant, "enabled": enabled})
    else:
        invocation.output.line(message)


def _change(invocation: Invocation, tenant: str, change: Change, message: str) -> None:
    table = invocation.connection.tenants
    before = table.get(tenant)
    after = change.made(before)
    table.change(before, after)
    _say(invocation, [after], message)


def _say(invocation: Invocation, changed: list[Tenant], message: str) -> None:
    if invocation.output.as_json:
        invocation.output.json(changed)
    else:
        invocation.output.line(message)


def _row(tenant: Tenant | BrokenTenant) -> tuple[object, ...]:
    if isinstance(tenant, BrokenTenant):
        return (tenant.tenant, "", "", "", "", "", tenant.reason)
    enabled = "yes" if tenant.enabled else "no"
    return (tenant.tenant, tenant.name, enabled, tenant.bucket, tenant.prefix, ", ".join(tenant.jobs_off), "")


_ALL = {"list": list_, "add": add, "edit": edit, "import": import_, "enable": enable, "disable": disable}
for _name, _command in _ALL.items():
    tenants.add_command(_command, _name)
