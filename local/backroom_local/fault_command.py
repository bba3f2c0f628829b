"""`backroom local fault`: something goes wrong in the twin's Batch, on demand."""

import json
from pathlib import Path
from typing import Any

import click

from backroom_local import process
from backroom_local.batch.api.faults import NO_CAPACITY, SERVER_ERROR
from backroom_local.batch.api.operations.jobs import THROTTLE
from backroom_local.batch.core.words import FaultKind
from backroom_local.process import TwinProcessError

_SUBJECTS = {THROTTLE: None, SERVER_ERROR: "operation", NO_CAPACITY: "environment"}
"""What a kind is done to; any other is done to a job."""


@click.command()
@click.argument("kind", type=click.Choice([THROTTLE, SERVER_ERROR, NO_CAPACITY, *map(str, FaultKind)]))
@click.argument("subject", required=False)
@click.option("--count", type=click.IntRange(min=1), help="How many calls are refused (1 by default).")
@click.option("--state-dir", type=click.Path(path_type=Path), default=Path(".backroom"), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def fault(kind: str, subject: str | None, count: int | None, state_dir: Path, as_json: bool) -> None:
    """Inflict a fault: KIND on SUBJECT, a job's id (server_error: an operation; no_capacity: an environment)."""
    asked = _fault(kind, subject, count)
    running = process.find(state_dir)
    if running is None:
        raise click.ClickException("No twin is running; start one with `backroom local up`.")
    try:
        running.ask("batch/faults", change=True, body=asked)
    except TwinProcessError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(asked) if as_json else f"Done: {' '.join(str(value) for value in asked.values())}.")


def _fault(kind: str, subject: str | None, count: int | None) -> dict[str, Any]:
    """Give the fault as the twin takes it; raises UsageError for a subject or a count that does not fit its kind."""
    member = _SUBJECTS.get(kind, "job")
    if (member is None) != (subject is None):
        raise click.UsageError(f"{kind} is done to no {subject}." if member is None else f"{kind} needs the {member}.")
    if count is not None and kind not in (THROTTLE, SERVER_ERROR):
        raise click.UsageError(f"--count is for {THROTTLE} and {SERVER_ERROR}, not for {kind}.")
    asked: dict[str, Any] = {"kind": kind}
    return asked | ({member: subject} if member else {}) | ({"count": count} if count else {})
