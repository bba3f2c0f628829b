"""`backroom tenants`: the customers and where their objects lie."""

import json
from pathlib import Path
from typing import Any

import click
from backroom.errors import InvalidTenantError
from backroom.tenants import BrokenTenant, Tenant, parse

from backroom_console.options import as_json, examples, pass_site
from backroom_console.showing import show_json, show_table
from backroom_console.site import Site

COLUMNS = ("Tenant", "Name", "Enabled", "Bucket", "Jobs off", "Fault")


@click.group()
def tenants() -> None:
    """The tenants: list, add, import, enable, disable."""


@tenants.command("list")
@as_json
@pass_site
def list_(site: Site, as_json: bool) -> None:
    """List the tenants, and what is wrong with a record that does not fit."""
    found = site.tenants.all()
    if as_json:
        show_json(found)
    elif found:
        show_table(COLUMNS, map(_row, found))
    else:
        click.echo("There are no tenants yet; add one with `backroom tenants add TENANT --bucket BUCKET`.")


@tenants.command(epilog=examples("backroom tenants add acme --bucket backroom-acme --name 'Acme Ltd'"))
@click.argument("tenant")
@click.option("--bucket", required=True, help="The bucket of its objects.")
@click.option("--prefix", default="", help="Where in the bucket; ends with a slash.")
@click.option("--name", default="", help="Its name for people.")
@pass_site
def add(site: Site, tenant: str, bucket: str, prefix: str, name: str) -> None:
    """Add TENANT, or replace its record."""
    record = {"tenant": tenant, "bucket": bucket, "prefix": prefix, "name": name, "enabled": True}
    site.tenants.put(read_tenant(record, "the command line"))
    click.echo(f"{tenant} is there.")


@tenants.command("import", epilog=examples("backroom tenants import examples/tenants.json"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_site
def import_(site: Site, file: Path) -> None:
    """Add or replace all tenants in FILE, a JSON list of records. If one does not fit, none is written."""
    found = read_tenants(file)
    for tenant in found:
        site.tenants.put(tenant)
    click.echo(f"{len(found)} tenants are there.")


@tenants.command()
@click.argument("tenant")
@pass_site
def enable(site: Site, tenant: str) -> None:
    """Let jobs run for TENANT."""
    site.tenants.set_enabled(tenant, True)
    click.echo(f"Jobs run for {tenant}.")


@tenants.command()
@click.argument("tenant")
@pass_site
def disable(site: Site, tenant: str) -> None:
    """Let no job run for TENANT; its objects and records stay."""
    site.tenants.set_enabled(tenant, False)
    click.echo(f"No job runs for {tenant} from the next plan on.")


def read_tenants(file: Path) -> list[Tenant]:
    """Read a JSON list of tenants' records; raises InvalidTenantError naming file, entry and field."""
    try:
        records = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidTenantError(f"{file} is no JSON: {error}") from error
    if not isinstance(records, list):
        raise InvalidTenantError(f"{file} must hold a list of tenants' records, as examples/tenants.json does")
    return [read_tenant(record, f"{file}, entry {number}") for number, record in enumerate(records, 1)]


def read_tenant(record: Any, place: str) -> Tenant:
    """Read one record; raises InvalidTenantError."""
    found = parse(record) if isinstance(record, dict) else BrokenTenant("?", "it is no JSON object")
    if isinstance(found, BrokenTenant):
        raise InvalidTenantError(f"{place}: the record of tenant {found.tenant!r} does not fit: {found.reason}")
    return found


def _row(tenant: Tenant | BrokenTenant) -> tuple[Any, ...]:
    if isinstance(tenant, BrokenTenant):
        return (tenant.tenant, "", "no", "", "", tenant.reason)
    enabled = "yes" if tenant.enabled else "no"
    return (tenant.tenant, tenant.name, enabled, tenant.bucket, ", ".join(tenant.jobs_off), "")
