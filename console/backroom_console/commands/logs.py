"""`backroom logs`: what the containers of a run wrote, or what planned it."""

import time
from collections.abc import Iterable

import click

from backroom_console import completing
from backroom_console.invocation import Invocation, command
from backroom_console.logs import LogLine, RunLog, in_words
from backroom_console.output import Output

_OWN = {"time", "level", "message", "run", "portion", "tenant", "attempt", "job", "wave", "batch_job_id"}
# The functions' logger, which calls the time otherwise, tells more that is news to nobody.
_OWN |= {"timestamp", "service", "location", "correlation_id", "cold_start", "function_name", "function_arn"}
_OWN |= {"function_memory_size", "function_request_id", "xray_trace_id"}


@command(
    "backroom logs last",
    "backroom logs RUN 17",
    "backroom logs RUN --follow",
    "backroom logs RUN --plan",
    "backroom logs RUN --json | jq .level",
)
@click.argument("run", shell_complete=completing.runs)
@click.argument("portion", type=click.IntRange(0), required=False)
@click.option("--follow", is_flag=True, help="Go on as lines come, until the run has ended.")
@click.option("--plan", is_flag=True, help="What planned the run: the function, and the Batch job if there is one.")
def logs(invocation: Invocation, run: str, portion: int | None, follow: bool, plan: bool) -> None:
    """Print what the containers of RUN (`last`: the latest one) logged; with PORTION, everything its attempts wrote.

    With --json a JSON object a line, as it was logged.
    """
    if plan and portion is not None:
        raise click.UsageError("--plan is of the whole run: leave out the portion.")
    reader = invocation.reader
    found = reader.run(run)
    recorded = None if portion is None else reader.portion(found, portion)
    log = RunLog(invocation.connection, found, portion, planner=plan)
    if follow and found.goes_on:
        lines = log.follow(lambda: _goes_on(invocation, found.run), lambda: time.sleep(invocation.connection.pause))
    else:
        lines = iter(log.recorded(recorded)) if recorded else log.by_run()
    if not _print(invocation.output, lines):
        invocation.output.remark(f"No log line of {found.run} is there.")


def _goes_on(invocation: Invocation, run: str) -> bool:
    return invocation.reader.run(run).goes_on


def _print(output: Output, lines: Iterable[LogLine]) -> int:
    """Print lines; gives how many. Figures for CloudWatch's metrics are no news to people."""
    count = 0
    for line in lines:
        if output.as_json or not line.is_metric:
            click.echo(line.text if output.as_json else in_words(line))
            count += 1
    return count
