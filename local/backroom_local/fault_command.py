"""`backroom local fault`: something goes wrong in the twin's Batch, on demand."""

import json
from pathlib import Path
from typing import Any

import click

from backroom_local.asking import asked, json_option, running_twin, state_dir_option
from backroom_local.batch.core.words import NO_CAPACITY, SERVER_ERROR, THROTTLE, FaultKind
from backroom_local.epilogs import epilog

_SUBJECTS = {THROTTLE: None, SERVER_ERROR: "operation", NO_CAPACITY: "environment"}
"""What a kind is done to; any other is done to a job."""


@click.command(
    epilog=epilog(
        "backroom local fault throttle_submit --count 5",
        "backroom local fault host_failure JOB_ID",
        "backroom local fault no_capacity backroom-spot",
    )
)
@click.argument("kind", type=click.Choice([THROTTLE, SERVER_ERROR, NO_CAPACITY, *map(str, FaultKind)]))
@click.argument("subject", required=False)
@click.option("--count", type=click.IntRange(min=1), help="How many calls are refused (1 by default).")
@state_dir_option
@json_option
def fault(kind: str, subject: str | None, count: int | None, state_dir: Path, as_json: bool) -> None:
    """Inflict a fault: KIND on SUBJECT, a job's id (server_error: an operation; no_capacity: an environment)."""
    wanted = _fault(kind, subject, count)
    asked(running_twin(state_dir), "batch/faults", change=True, body=wanted)
    click.echo(json.dumps(wanted) if as_json else f"Done: {' '.join(str(value) for value in wanted.values())}.")


def _fault(kind: str, subject: str | None, count: int | None) -> dict[str, Any]:
    """Give the fault as the twin takes it; raises UsageError for a subject or a count that does not fit its kind."""
    member = _SUBJECTS.get(kind, "job")
    if (member is None) != (subject is None):
        raise click.UsageError(f"{kind} is done to no {subject}." if member is None else f"{kind} needs the {member}.")
    if count is not None and kind not in (THROTTLE, SERVER_ERROR):
        raise click.UsageError(f"--count is for {THROTTLE} and {SERVER_ERROR}, not for {kind}.")
    wanted: dict[str, Any] = {"kind": kind}
    return wanted | ({member: subject} if member else {}) | ({"count": count} if count else {})
