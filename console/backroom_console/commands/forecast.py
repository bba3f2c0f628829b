"""`backroom forecast`: when a run would end and what it would cost, at several maximums of vCPUs."""

from pathlib import Path
from typing import Any

import click
from backroom.costs import Prices
from backroom_local.forecast.outcome import Forecast, Outcome

from backroom_console import completing, phrases
from backroom_console.foreseeing import Assumptions, foretell, scene
from backroom_console.invocation import Invocation, command
from backroom_console.output import Column, Output
from backroom_console.starting import Request, read_params

_OUTCOMES = (
    Column("Max vCPUs", True),
    Column("Peak vCPUs", True),
    Column("Ends after", True),
    Column("Wait, mean", True),
    Column("Wait, 95 %", True),
    Column("vCPU h used", True),
    Column("vCPU h paid", True),
    Column("Cost", True),
    Column("Failed", True),
)


class Counts(click.ParamType):
    """Whole numbers above 0, with commas in between."""

    name = "N,N,..."

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Read them; fails as click does."""
        if isinstance(value, tuple):
            return value
        try:
            counts = tuple(int(one) for one in str(value).split(","))
        except ValueError:
            counts = ()
        if not counts or min(counts) < 1:
            self.fail(f"{value!r} is no list of whole numbers above 0, like 16,64,256", param, ctx)
        return counts


@command(
    "backroom forecast image_resize --max-vcpus 16,64,256",
    "backroom forecast image_resize --seconds-per-portion 240 --spread 0.3 --reclaims 0.05 --json",
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
@click.option("--max-vcpus", type=Counts(), default="16,64,256", show_default=True, help="Maximums to compare.")
@click.option(
    "--seconds-per-portion",
    "seconds",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Instead of what the latest run's containers took.",
)
@click.option(
    "--spread", type=click.FloatRange(0), metavar="RATIO", default=0.0, help="Standard deviation of those / their mean."
)
@click.option(
    "--boot-seconds",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="An instance's launch [default: 120; on a twin 0].",
)
@click.option(
    "--start-seconds",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="A container's start [default: 5; on a twin 0].",
)
@click.option(
    "--reclaims",
    "reclaims_an_hour",
    type=click.FloatRange(0),
    metavar="NUMBER",
    default=0.0,
    help="Reclaims of a spot instance in an hour.",
)
@click.option("--prices", type=click.Path(path_type=Path, dir_okay=False), help="Price table of your own (JSON).")
@click.option("--seed", type=int, default=0, show_default=True, help="Of durations and reclaims.")
def foresee(
    invocation: Invocation,
    job: str,
    tenants: tuple[str, ...],
    params: tuple[str, ...],
    max_vcpus: tuple[int, ...],
    **assumed: Any,
) -> None:
    """Forecast a run of JOB: its end, its waiting and its cost, with several maximums of vCPUs. Nothing is started.

    The plan's portions run through the simulator of AWS Batch, with durations like those of the latest run. The prices
    shipped are examples: name your own. See docs/forecast.md.
    """
    request = Request(job, tenants, read_params(params))
    found = scene(invocation.connection, request, Assumptions(**assumed))
    if not found.portions:
        nothing(invocation.output)
        return
    answer(invocation.output, foretell(found, max_vcpus), found.prices)


def nothing(output: Output) -> None:
    """Say that there is nothing to run."""
    if output.as_json:
        output.json({"forecast": {"portions": 0, "outcomes": []}})
    else:
        output.line("Nothing to do: the plan has no portions.")


def answer(output: Output, found: Forecast, prices: Prices) -> None:
    """Show a forecast."""
    if output.as_json:
        output.json({"forecast": found, "prices": prices})
        return
    output.table(_OUTCOMES, [_row(one, prices.currency) for one in found.outcomes])
    output.line()
    output.table(_tenant_columns(found), _tenant_rows(found))
    output.line(f"\n{found.portions:,} portions; durations: {found.durations}; seed {found.seed}.")
    output.line(f"Prices as of {prices.as_of}. {prices.note}")


def _row(one: Outcome, currency: str) -> tuple[object, ...]:
    times = (phrases.seconds(one.makespan), phrases.seconds(one.waits.mean), phrases.seconds(one.waits.p95))
    hours = (f"{one.used_vcpu_hours:.2f}", f"{one.paid_vcpu_hours:.2f}")
    return (one.max_vcpus, f"{one.peak_vcpus:g}", *times, *hours, f"{one.cost:.2f} {currency}", one.failed)


def _tenant_columns(found: Forecast) -> tuple[Column, ...]:
    ends = (Column(f"Ends after, {one.max_vcpus}", True) for one in found.outcomes)
    return (Column("Tenant"), Column("Portions", True), *ends)


def _tenant_rows(found: Forecast) -> list[tuple[object, ...]]:
    ends = [{one.tenant: phrases.seconds(one.seconds) for one in outcome.tenants} for outcome in found.outcomes]
    return [(one.tenant, one.portions, *(end[one.tenant] for end in ends)) for one in found.outcomes[0].tenants]
