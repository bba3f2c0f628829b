"""The tables that several commands show."""

from collections.abc import Iterable, Sequence

from backroom.phrases import counted
from backroom.records import PortionRecord, RunRecord

from backroom_console.output import Column, Output
from backroom_console.phrases import moment, numbers, seconds, size, span
from backroom_console.rows import FailedItem, LiveRow, TenantRow
from backroom_console.story import Story

_RUNS = (
    Column("Run"),
    Column("Status"),
    Column("Started"),
    Column("Took", True),
    Column("Portions", True),
    Column("Message"),
)
_TENANTS = (
    Column("Tenant"),
    Column("Portions", True),
    Column("Succeeded", True),
    Column("Failed", True),
    Column("Skipped", True),
    Column("Read", True),
    Column("Written", True),
    Column("Time", True),
    Column(""),
)
_PORTIONS = (
    Column("Portion", True),
    Column("Tenant"),
    Column("Outcome"),
    Column("Cause"),
    Column("Attempts", True),
    Column("Succeeded", True),
    Column("Failed", True),
    Column("Time", True),
    Column("Message"),
)
_LIVE = (
    Column("Portion", True),
    Column("State"),
    Column("Wave", True),
    Column("Stage"),
    Column("Attempt", True),
    Column("Queue"),
    Column("For", True),
)
_ITEMS = (Column("Tenant"), Column("Item"), Column("Reason"), Column(""))


def show_runs(output: Output, runs: Iterable[RunRecord]) -> None:
    """Show a line a run."""
    output.table(_RUNS, [_run(output, run) for run in runs])


def show_run(output: Output, run: RunRecord, place: str) -> None:
    """Show a run's own facts, one a line."""
    took = seconds(span(run.started_at, run.ended_at, output.now).total_seconds())
    began = moment(run.started_at, output.now)
    output.line(f"{run.run} on the {place}")
    times = f"after {took}, started {began}" if run.ended_at else f"for {took}, since {began}"
    output.line(f"{run.status} {times}")
    if run.message:
        output.line(run.message)


def show_story(output: Output, story: Story) -> None:
    """Say which runs belong together and what they came to; nothing of a run that is alone."""
    if len(story.runs) == 1:
        return
    output.line()
    for number, run in enumerate(story.runs):
        output.line(f"{'then' if number else 'first'} {run.run}: {run.status}, {counted(run.portions, 'portion')}")
    together = numbers({str(outcome): count for outcome, count in story.sums.counts.items()})
    output.line(f"together {counted(story.sums.portions, 'portion')}: {together}")


def show_tenants(output: Output, rows: Sequence[TenantRow]) -> None:
    """Show a line a tenant: items that succeeded, failed, and were skipped in this run or left as they were."""
    if rows:
        output.line()
        output.table(_TENANTS, map(_tenant, rows))


def show_portions(output: Output, portions: Iterable[PortionRecord]) -> None:
    """Show a line a portion."""
    output.table(_PORTIONS, map(_portion, portions))


def show_live(output: Output, rows: Iterable[LiveRow]) -> None:
    """Show a line for each portion that runs or is not recorded yet."""
    output.table(_LIVE, [_live(output, row) for row in rows])


def show_failed_items(output: Output, items: Sequence[FailedItem], title: str) -> None:
    """Name items that could not be done, with the reasons."""
    if items:
        output.line(f"\n{title}")
        output.table(_ITEMS, [(item.tenant, item.item, item.error, item.message) for item in items])


def _run(output: Output, run: RunRecord) -> tuple[object, ...]:
    took = seconds(span(run.started_at, run.ended_at, output.now).total_seconds())
    return (run.run, run.status, moment(run.started_at, output.now), took, run.portions, run.message)


def _tenant(row: TenantRow) -> tuple[object, ...]:
    skipped = row.items.skipped + row.unchanged + row.failed_before
    figures = (row.items.succeeded, row.items.failed, skipped, size(row.bytes.read), size(row.bytes.written))
    return (row.tenant, row.planned or sum(row.portions.values()), *figures, seconds(row.seconds), _why(row))


def _why(row: TenantRow) -> str:
    """Say what the figures of a tenant do not."""
    if row.left_out:
        return f"left out: {row.left_out}"
    bad = {str(outcome): count for outcome, count in row.portions.items() if outcome != "succeeded"}
    return numbers({"unchanged": row.unchanged, "failed before": row.failed_before, **bad})


def _live(output: Output, row: LiveRow) -> tuple[object, ...]:
    lasts = seconds(span(row.since, None, output.now).total_seconds()) if row.since else None
    return (row.portion, row.state, row.wave, row.stage, row.attempt, row.queue, lasts)


def _portion(portion: PortionRecord) -> tuple[object, ...]:
    items, words = portion.items, (portion.outcome, portion.cause)
    figures = (len(portion.attempts), items.succeeded, items.failed, seconds(portion.seconds))
    return (portion.portion, portion.tenant, *words, *figures, portion.message)
