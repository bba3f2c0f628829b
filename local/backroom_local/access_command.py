"""`backroom local access`: what was called on a twin that enforces policies, and what was denied."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from backroom_local.asking import asked, json_option, running_twin, state_dir_option
from backroom_local.epilogs import epilog


@click.command(epilog=epilog("backroom local access", "backroom local access --json"))
@state_dir_option
@json_option
def access(state_dir: Path, as_json: bool) -> None:
    """Say who called which action on what, allowed or denied, and what of their permissions nobody used."""
    found = asked(running_twin(state_dir, start="backroom local up --enforce-iam"), "access")
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
