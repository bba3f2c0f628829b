"""`backroom costs`: what runs have cost."""

from collections.abc import Iterator

import click
from backroom.records import RunRecord

from backroom_console import jobs
from backroom_console.connection import Connection
from backroom_console.invocation import Invocation, command
from backroom_console.output import Column, Output
from backroom_console.phrases import seconds, usd
from backroom_console.spending import By, Period, Share, Spent, of_run, summed


@command(
    "backroom costs", "backroom costs --by tenant --period 2026-11", "backroom costs --by run --period today --json"
)
@click.option(
    "--by", type=click.Choice([str(word) for word in By]), default="job", show_default=True, help="Sum by this."
)
@click.option(
    "--period", default="30d", show_default=True, metavar="today|7d|30d|YYYY-MM", help="Runs begun then (UTC)."
)
def costs(invocation: Invocation, by: str, period: str) -> None:
    """Sum what recorded attempts cost, by the table of prices: by job, tenant or run, the dearest first.

    What a run that goes on has spent since its last recorded wave is not in it.
    """
    chosen = Period.read(period, invocation.output.now)
    connection = invocation.connection
    runs = (run for job in jobs.names(connection) for run in connection.runs.between(job, chosen.start, chosen.end))
    spent = summed(share for run in runs for share in _shares(connection, run, By(by)))
    total = sum(one.cost for one in spent)
    if invocation.output.as_json:
        invocation.output.json({"start": chosen.start, "end": chosen.end, "by": by, "cost": total, "rows": spent})
    else:
        _show(invocation.output, by, chosen, spent, total)


def _shares(connection: Connection, run: RunRecord, by: By) -> Iterator[Share]:
    if by is not By.TENANT:
        yield of_run(run, by)
        return
    yield from (Share(sums.tenant, sums.seconds, sums.cost) for sums in connection.runs.tenants(run.run))


def _show(output: Output, by: str, period: Period, spent: list[Spent], total: float) -> None:
    dates = f"{period.start:%Y-%m-%d} to {period.end:%Y-%m-%d}"
    if not spent:
        output.line(f"No run is recorded from {dates}.")
        return
    columns = (Column(by.capitalize()), Column("Runs", True), Column("Time", True), Column("Cost", True))
    output.table(columns, [(one.name, one.runs, seconds(one.seconds), usd(one.cost)) for one in spent])
    output.line(f"\n{usd(total)} from {dates}, by the table of prices (an estimate, not AWS's bill).")
