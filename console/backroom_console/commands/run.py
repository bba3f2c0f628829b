"""`backroom run`: starts a run and waits for its end."""

import secrets
from datetime import UTC, datetime

import click

from backroom_console import completing
from backroom_console.approving import approved
from backroom_console.describing import end
from backroom_console.invocation import Invocation, command
from backroom_console.starting import Request, read_params, run_id, start


@command(
    "backroom run image_resize",
    "backroom run image_resize --tenant solo --tenant kontor --no-wait",
    "backroom run image_resize --param quality=85 --param widths=[1600,400]",
    "backroom run image_resize --approve-cost 12.50",
)
@click.argument("job", shell_complete=completing.jobs)
@click.option(
    "--tenant",
    "tenants",
    multiple=True,
    metavar="TENANT",
    help="Only this tenant; may be repeated.",
    shell_complete=completing.tenants,
)
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="For all tenants; VALUE may be JSON.")
@click.option("--approve-cost", type=click.FloatRange(0), metavar="USD", help="What it may cost beyond its budget.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Follow the run to its end.")
def run(
    invocation: Invocation,
    job: str,
    tenants: tuple[str, ...],
    params: tuple[str, ...],
    approve_cost: float | None,
    wait: bool,
) -> None:
    """Start a run of JOB and follow it to its end.

    Exit code 1 when the run does not succeed. Ctrl-C leaves it running. Where the job's row in template.yaml says
    `BudgetAction: ask`, a run that is likely to cost more than its `Budget` is asked about first.
    """
    request = Request(job, tenants, read_params(params), approve_cost=approve_cost)
    finish(invocation, begin(invocation, approved(invocation, request)), wait)


def begin(invocation: Invocation, request: Request) -> str:
    """Start a run under a new id and say so; gives the id. Raises as `start` does."""
    started = run_id(request.job, datetime.now(UTC), secrets.token_hex(2))
    start(invocation.connection, request, started)
    invocation.output.remark(f"Started {started} on the {invocation.connection.place}.")
    return started


def finish(invocation: Invocation, started: str, wait: bool) -> None:
    """Follow a run that was started to its end, or only name it."""
    if wait:
        end(invocation, started)
    elif invocation.output.as_json:
        invocation.output.json({"run": started, "execution_arn": invocation.connection.outputs.execution(started)})
    else:
        invocation.output.line(started)
