"""`backroom logs`: what the containers of a run wrote, or what planned it."""

import time
from collections.abc import Iterable

import click

from backroom_console import completing
from backroom_console.invocation import Invocation, command
from backroom_console.log_lines import LogLine, as_json, in_words
from backroom_console.logs import RunLog
from backroom_console.output import Output


@command(
    "backroom logs last",
    "backroom logs RUN 17",
    "backroom logs RUN 17 --attempt 2",
    "backroom logs RUN --follow",
    "backroom logs RUN --plan",
    "backroom logs RUN --json | jq .level",
)
@click.argument("run", shell_complete=completing.runs)
@click.argument("portion", type=click.IntRange(0), required=False)
@click.option("--attempt", type=click.IntRange(1), help="Only what this attempt wrote, at whichever stage.")
@click.option("--follow", is_flag=True, help="Go on as lines come, until the run has ended.")
@click.option("--plan", is_flag=True, help="What planned the run: the function, and the Batch job if there is one.")
def logs(invocation: Invocation, run: str, portion: int | None, attempt: int | None, follow: bool, plan: bool) -> None:
    """Print what the containers of RUN (`last`: the latest one) logged; with PORTION, everything its attempts wrote.

    Lines come in order of time, from all stages and nodes of the job, and name their stage where there are several.
    With --json a JSON object a line, as it was logged.
    """
    if plan and (portion, attempt) != (None, None):
        raise click.UsageError("--plan is of the whole run: leave out the portion and the attempt.")
    reader = invocation.reader
    found = reader.run(run)
    if portion is not None:
        reader.portion(found, portion)
    log = RunLog(invocation.connection, found, portion, attempt, planner=plan)
    if follow and found.goes_on:
        lines = log.follow(lambda: _goes_on(invocation, found.run), lambda: time.sleep(invocation.connection.pause))
    else:
        lines = log.read()
    if not _print(invocation.output, lines):
        invocation.output.remark(f"No log line of {found.run} is there.")


def _goes_on(invocation: Invocation, run: str) -> bool:
    return invocation.reader.run(run).goes_on


def _print(output: Output, lines: Iterable[LogLine]) -> int:
    """Print lines; gives how many. Figures for CloudWatch's metrics are no news to people."""
    count = 0
    for line in lines:
        if output.as_json or not line.is_metric:
            click.echo(as_json(line) if output.as_json else in_words(line))
            count += 1
    return count
