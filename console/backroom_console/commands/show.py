"""`backroom runs`, `show` and `portions`: what became of runs."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import click
from backroom.records import RunRecord
from backroom.words import Cause, Outcome

from backroom_console import completing
from backroom_console.describing import describe, describe_portion, end
from backroom_console.invocation import Invocation, command
from backroom_console.output import Output
from backroom_console.views import show_live, show_portions, show_runs


@command("backroom runs", "backroom runs --job image_resize --limit 5 --json")
@click.option("--job", help="Only runs of this job.", shell_complete=completing.jobs)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most so many.")
def runs(invocation: Invocation, job: str | None, limit: int) -> None:
    """List runs, the newest first."""
    found = invocation.reader.latest(job, limit)
    if invocation.output.as_json:
        invocation.output.json(found)
    elif found:
        show_runs(invocation.output, found)
    else:
        invocation.output.line("There was no run yet; start one with `backroom run JOB`.")


@command("backroom show last", "backroom show image_resize-20261127T030000Z-0a1b --wait", "backroom show last 17")
@click.argument("run", shell_complete=completing.runs)
@click.argument("portion", type=click.IntRange(0), required=False)
@click.option("--wait", is_flag=True, help="Follow the run to its end first; exit code 1 when it does not succeed.")
def show(invocation: Invocation, run: str, portion: int | None, wait: bool) -> None:
    """Show what became of RUN (`last`: the latest one): its tenants, and the items that failed, with the reasons.

    With PORTION: what became of that one, stage by stage and attempt by attempt. A run that was resumed is shown with
    the runs that resumed it, as one.
    """
    found = invocation.reader.run(run)
    if wait:
        end(invocation, found.run)
    elif portion is not None:
        describe_portion(invocation, found, portion)
    else:
        describe(invocation, found)


@command(
    "backroom portions last --outcome failed",
    "backroom portions last --cause out_of_memory",
    "backroom portions RUN --tenant kontor --json",
    "backroom portions last --live",
)
@click.argument("run", shell_complete=completing.runs)
@click.option("--outcome", type=click.Choice([str(word) for word in Outcome]), help="Only portions that ended so.")
@click.option("--cause", type=click.Choice([str(word) for word in Cause]), help="Only portions that ended for it.")
@click.option("--tenant", help="Only portions of this tenant.", shell_complete=completing.tenants)
@click.option("--live", is_flag=True, help="What portions do that are not recorded yet, by Batch's latest events.")
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
def portions(
    invocation: Invocation,
    run: str,
    outcome: str | None,
    cause: str | None,
    tenant: str | None,
    live: bool,
    limit: int | None,
) -> None:
    """List the recorded portions of RUN (`last`: the latest one), in order."""
    found = invocation.reader.run(run)
    if live:
        _list(invocation, found, list(islice(invocation.reader.live(found), limit)), show_live)
        return
    wanted = Outcome(outcome) if outcome else None, tenant, Cause(cause) if cause else None
    chosen = invocation.reader.portions(found, *wanted)
    _list(invocation, found, list(islice(chosen, limit)), show_portions)


def _list(invocation: Invocation, run: RunRecord, rows: list[Any], show: Callable[[Output, Any], None]) -> None:
    if invocation.output.as_json:
        invocation.output.json(rows)
    elif rows:
        show(invocation.output, rows)
    else:
        hint = "; `--live` shows what runs" if run.goes_on else ""
        invocation.output.line(f"No such portion is recorded of {run.run}, which is {run.status}{hint}.")
