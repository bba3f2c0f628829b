"""`backroom run`: starts a run."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from backroom_console.commands.show import describe
from backroom_console.errors import Exit, RunStartError
from backroom_console.live import follow
from backroom_console.options import as_json, examples, pass_site, tenants
from backroom_console.runs import Started, find_run, start
from backroom_console.showing import show_json
from backroom_console.site import Site


@click.command(
    epilog=examples(
        "backroom run image_resize --wait",
        "backroom run image_resize --tenant solo --tenant kontor",
        "backroom run image_resize --param quality=85 --param widths=[1600,400]",
    )
)
@click.argument("job")
@tenants
@click.option(
    "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter for all tenants; VALUE may be JSON."
)
@click.option("--wait", is_flag=True, help="Follow it to its end; exit code 1 when it fails.")
@as_json
@pass_site
def run(site: Site, job: str, tenants: tuple[str, ...], params: tuple[str, ...], wait: bool, as_json: bool) -> None:
    """Start a run of JOB."""
    started = start(site, job, datetime.now(UTC), tenants, pairs(params))
    if not wait:
        _say(started, as_json)
        return
    end(site, started, as_json)


def _say(started: Started, as_json: bool) -> None:
    if as_json:
        show_json(started)
    else:
        click.echo(f"Started {started.run}. See it with: backroom show {started.run}")


def end(site: Site, started: Started, as_json: bool) -> None:
    """Follow a run to its end and show what came of it; exits with 1 when it failed."""
    snapshot = follow(site, started, quiet=as_json)
    complain_of_nothing(site, started, snapshot.status)
    describe(site, find_run(site, started.run), as_json)
    if snapshot.status != "SUCCEEDED":
        sys.exit(Exit.RUN_FAILED)


def complain_of_nothing(site: Site, started: Started, status: str) -> None:
    """Raise RunStartError with the execution's own words when it failed before there was a run to record."""
    if status == "SUCCEEDED" or any(known.run == started.run for known in site.runs.latest(started.job)):
        return
    execution = site.client("stepfunctions").describe_execution(executionArn=started.execution_arn)
    raise RunStartError(f"{execution.get('error', status)}: {execution.get('cause', 'the execution says no more')}")


def pairs(given: Sequence[str]) -> dict[str, Any]:
    """Read NAME=VALUE; a VALUE that is JSON is what it says, else a text. Raises click's BadParameter."""
    wrong = [pair for pair in given if "=" not in pair]
    if wrong:
        raise click.BadParameter(f"{wrong[0]!r} is not NAME=VALUE", param_hint="--param")
    return {name: _value(value) for name, _, value in (pair.partition("=") for pair in given)}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
