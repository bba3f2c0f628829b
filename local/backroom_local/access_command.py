"""`backroom local access`: what was called on a twin that enforces policies, and what was denied."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from backroom_local import process
from backroom_local.process import TwinProcessError


@click.command()
@click.option("--state-dir", type=click.Path(path_type=Path), default=Path(".backroom"), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def access(state_dir: Path, as_json: bool) -> None:
    """Say who called which action on what, allowed or denied, and what of their permissions nobody used."""
    running = process.find(state_dir)
    if running is None:
        raise click.ClickException("No twin is running; start one with `backroom local up --enforce-iam`.")
    try:
        found = running.ask("access")
    except TwinProcessError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(found))
    elif not found["enforced"]:
        raise click.ClickException("This twin enforces no policies; start one with `backroom local up --enforce-iam`.")
    else:
        click.echo("\n".join(_lines(found["callers"])) or "Nobody but you has called anything yet.")


def _lines(callers: Mapping[str, Any]) -> Iterator[str]:
    """Give the report as text: denials first, then the actions with how many resources, then what is unused."""
    for who, found in callers.items():
        yield who
        denied = [call for call in found["calls"] if call["denied"]]
        yield from (f"  DENIED {call['denied']:>6}  {call['action']} on {call['resource']}" for call in denied)
        for action in dict.fromkeys(call["action"] for call in found["calls"]):
            calls = [call for call in found["calls"] if call["action"] == action and call["allowed"]]
            if calls:
                places = calls[0]["resource"] if len(calls) == 1 else f"{len(calls)} resources"
                yield f"  allowed {sum(call['allowed'] for call in calls):>5}  {action} on {places}"
        if found["unused"]:
            yield f"  unused         {', '.join(found['unused'])}"
