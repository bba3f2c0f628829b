"""`backroom jobs`: the table of jobs as it is deployed."""

from collections.abc import Iterator
from typing import Any

import click

from backroom_console.options import as_json, pass_site
from backroom_console.showing import show_json, show_table
from backroom_console.site import Site

COLUMNS = ("Job", "Definition", "vCPU", "MiB", "Timeout s", "Portion items", "Waves", "Item tolerance")


@click.command()
@as_json
@pass_site
def jobs(site: Site, as_json: bool) -> None:
    """List the jobs that are deployed, with the settings of their row."""
    found = list(deployed(site))
    if as_json:
        show_json(found)
    else:
        show_table(COLUMNS, map(_row, found), numbers=COLUMNS[2:])


def deployed(site: Site) -> Iterator[dict[str, Any]]:
    """Yield the latest active job definition of each job of the stack."""
    pages = site.client("batch").get_paginator("describe_job_definitions").paginate(status="ACTIVE")
    latest: dict[str, dict[str, Any]] = {}
    for page in pages:
        for definition in page["jobDefinitions"]:
            name = definition["jobDefinitionName"]
            ours = name.startswith(f"{site.stack}-") and "job" in definition.get("parameters", {})
            if ours and definition["revision"] > latest.get(name, {"revision": 0})["revision"]:
                latest[name] = definition
    yield from (latest[name] for name in sorted(latest))


def _row(definition: dict[str, Any]) -> tuple[Any, ...]:
    row = definition["parameters"]
    asked = {need["type"]: need["value"] for need in definition["containerProperties"]["resourceRequirements"]}
    name = f"{definition['jobDefinitionName']}:{definition['revision']}"
    timeout = definition.get("timeout", {}).get("attemptDurationSeconds")
    settings = (row.get("portion_items"), row.get("waves"), row.get("item_tolerance"))
    return (row["job"], name, asked.get("VCPU"), asked.get("MEMORY"), timeout, *settings)
