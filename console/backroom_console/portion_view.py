"""One portion as people read it: what became of it, of its stages, and of every attempt."""

from backroom.records import AttemptRecord, PortionRecord

from backroom_console.output import Column, Output
from backroom_console.phrases import moment, numbers, seconds, usd

_STAGES = (Column("Stage"), Column("Outcome"), Column("Cause"), Column("Message"))
_ATTEMPTS = (
    Column("Wave", True),
    Column("Stage"),
    Column("Attempt", True),
    Column("Started"),
    Column("Waited", True),
    Column("Ran", True),
    Column("On"),
    Column("Cost", True),
    Column("Exit", True),
    Column("Cause"),
    Column("Message"),
)


def show_portion(output: Output, run: str, record: PortionRecord) -> None:
    """Show what became of a portion in a run."""
    output.line(f"portion {record.portion} of {record.tenant} in {run}")
    output.line(f"{record.outcome}, {record.cause}: {record.message}")
    for line in _facts(record):
        output.line(line)
    if record.stages:
        output.line()
        output.table(_STAGES, [(name, of.outcome, of.cause, of.message) for name, of in record.stages.items()])
    if record.attempts:
        output.line()
        output.table(_ATTEMPTS, [_attempt(output, attempt) for attempt in record.attempts])


def _facts(record: PortionRecord) -> list[str]:
    """Say what a portion of the first try has no need to say: what it comes from, became, and was given."""
    counts = {"succeeded": record.items.succeeded, "failed": record.items.failed, "skipped": record.items.skipped}
    facts = {
        "items": numbers(counts),
        "split from": "" if record.split_from is None else f"portion {record.split_from}",
        "split into": ", ".join(map(str, record.split_into)),
        "memory": f"{record.memory:,} MiB" if record.memory else "",
        "failed items": record.failed_items or "",
    }
    return [f"{name}: {fact}" for name, fact in facts.items() if fact]


def _attempt(output: Output, attempt: AttemptRecord) -> tuple[object, ...]:
    waited = None if attempt.waited is None else seconds(attempt.waited)
    ran = None if attempt.seconds is None else seconds(attempt.seconds)
    place = (attempt.wave, attempt.stage, attempt.attempt, moment(attempt.started_at, output.now))
    return (*place, waited, ran, attempt.capacity, usd(attempt.cost), attempt.exit_code, attempt.cause, attempt.message)
