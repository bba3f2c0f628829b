"""When jobs run next, by their schedules. Pure."""

from datetime import datetime

from backroom.watching.cron import ExpressionError
from backroom.watching.expression import next_time

from backroom_console.rows import JobRow


def schedule_in_words(row: JobRow) -> str:
    """Say what a schedule is whose next time is not known: its expression, that it is off, or that there is none."""
    if row.schedule is None:
        return "no schedule"
    return row.schedule if row.scheduled else f"schedule off: {row.schedule}"


def next_start(row: JobRow, now: datetime) -> datetime | None:
    """Give when a job's schedule fires next; None where it does not, or counts from a time that is not known."""
    if not row.scheduled or row.schedule is None or row.schedule.startswith("rate"):
        return None
    expression, _, zone = row.schedule.rpartition(" ")
    try:
        return next_time(expression, zone, now, now)
    except ExpressionError:
        return None
