"""`backroom tenants`: the customers and where their objects lie."""

from pathlib import Path

import click
from backroom.phrases import counted
from backroom.tenants import BrokenTenant, Tenant

from backroom_console.invocation import Invocation, command
from backroom_console.output import Column
from backroom_console.tenant_files import read_tenant, read_tenants

_COLUMNS = tuple(map(Column, ("Tenant", "Name", "Enabled", "Bucket", "Prefix", "Jobs off", "Fault")))


@click.group()
def tenants() -> None:
    """The tenants: list, add, import, enable, disable."""


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


@command("backroom tenants import examples/tenants.json")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(invocation: Invocation, file: Path) -> None:
    """Add or replace all tenants in FILE, a JSON list of records. If one does not fit, none is written."""
    found = read_tenants(file)
    for tenant in found:
        invocation.connection.tenants.put(tenant)
    _say(invocation, found, f"{counted(len(found), 'tenant')} imported.")


@command("backroom tenants enable acme")
@click.argument("tenant")
def enable(invocation: Invocation, tenant: str) -> None:
    """Let jobs run for TENANT."""
    _set(invocation, tenant, True, f"Jobs run for {tenant} from the next plan on.")


@command("backroom tenants disable acme")
@click.argument("tenant")
def disable(invocation: Invocation, tenant: str) -> None:
    """Let no job run for TENANT; its objects and records stay."""
    _set(invocation, tenant, False, f"No job runs for {tenant} from the next plan on.")


def _set(invocation: Invocation, tenant: str, enabled: bool, message: str) -> None:
    invocation.connection.tenants.set_enabled(tenant, enabled)
    if invocation.output.as_json:
        invocation.output.json({"tenant": tenant, "enabled": enabled})
    else:
        invocation.output.line(message)


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


for _name, _command in {"list": list_, "add": add, "import": import_, "enable": enable, "disable": disable}.items():
    tenants.add_command(_command, _name)
