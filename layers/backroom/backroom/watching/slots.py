"""Slots of schedules that nobody has claimed (docs/architecture.md, The machine, Claim)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from backroom.watching.expression import next_time, rate_of

GRACE = timedelta(minutes=15)
"""How late a slot may be claimed before it counts as missed. Scheduler is late by up to a minute
(docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html), and tries again if it could not start anything."""
_LOOK_BACK = tuple(timedelta(days=days) for days in (1 / 24, 1, 8, 32, 367))
"""Tried in turn, so that what fires each minute is not followed through a year."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A schedule that starts runs of a job, and since when it has been what it is."""

    name: str
    job: str
    expression: str
    zone: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Expected:
    """A claim that is to be there by now: of a job, for a slot from `first` to `last`."""

    job: str
    first: datetime
    last: datetime


def expected(schedule: Scheduled, now: datetime) -> Expected | None:
    """Give the latest claim that a schedule must have led to by now; None if it need not have led to any. Pure.

    What a rate counts from is not told, so of it some slot within the last period is expected. What was due before
    the schedule was last changed is not: it may have been off. Raises ExpressionError.
    """
    due = now - GRACE
    if step := rate_of(schedule.expression):
        return Expected(schedule.job, due - step, now) if schedule.since <= due - step else None
    slot = last_time(schedule.expression, schedule.zone, schedule.since, due)
    return Expected(schedule.job, slot, slot + timedelta(seconds=59)) if slot else None


def last_time(expression: str, zone: str, since: datetime, until: datetime) -> datetime | None:
    """Give the last time from `since` to `until` at which a schedule fires, None if it never does. Pure.

    Looks back a year and a day at most. Raises ExpressionError.
    """
    for back in _LOOK_BACK:
        begin = max(since, until - back)
        found = max(_times(expression, zone, begin, until), default=None)
        if found is not None or begin == since:
            return found
    return None


def _times(expression: str, zone: str, begin: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the times from `begin` to `until`, in order."""
    moment = next_time(expression, zone, begin, begin - timedelta(microseconds=1))
    while moment is not None and moment <= until:
        yield moment
        moment = next_time(expression, zone, begin, moment)
