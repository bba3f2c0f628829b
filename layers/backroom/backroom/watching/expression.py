"""Schedule expressions: `cron(...)`, `rate(...)` and `at(...)`, in a time zone."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backroom.watching import cron
from backroom.watching.cron import ExpressionError

_FORM: Final = re.compile(r"^(cron|rate|at)\((.+)\)$")
_RATE: Final = re.compile(r"^([1-9][0-9]*) (minute|hour|day)s?$")


def next_time(expression: str, zone: str, begin: datetime, after: datetime) -> datetime | None:
    """Give the first time later than `after` at which a schedule fires, or None if it never does again.

    `begin` (its StartDate, or when it was made) is what a rate counts from, and before it nothing fires. Times are
    aware; the answer is in UTC. A time that a change of clocks skips is skipped, one that it repeats fires once. Raises
    ExpressionError.
    """
    form = _FORM.match(expression)
    if form is None:
        raise ExpressionError(f"{expression!r} is none of cron(...), rate(...), at(...)")
    kind, text = form.groups()
    if kind == "rate":
        return _next_of_rate(text, begin, after)
    place = _zone(zone)
    if kind == "at":
        moment = _moment(text).replace(tzinfo=place)
        return moment.astimezone(UTC) if moment > after else None
    return _next_of_cron(text, place, max(after, begin - timedelta(microseconds=1)))


def rate_of(expression: str) -> timedelta | None:
    """Give the period of a rate; None if the expression is of another kind. Raises ExpressionError."""
    form = _FORM.match(expression)
    return _step(form.group(2)) if form is not None and form.group(1) == "rate" else None


def _step(text: str) -> timedelta:
    """Read what is within `rate(...)`."""
    rate = _RATE.match(text)
    if rate is None:
        raise ExpressionError(f"rate({text}): it must be like rate(5 minutes), rate(1 hour), rate(2 days)")
    return timedelta(**{f"{rate.group(2)}s": int(rate.group(1))})


def _next_of_rate(text: str, begin: datetime, after: datetime) -> datetime:
    """Give the next multiple of a rate after its beginning."""
    step = _step(text)
    passed = max(0, (after - begin) // step) if after >= begin else 0
    following = begin + passed * step
    return (following if following > after else following + step).astimezone(UTC)


def _next_of_cron(text: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Give the next time of a cron expression that exists in a zone."""
    local = after.astimezone(zone).replace(tzinfo=None)
    # A time that is repeated may lie before `after` in local time though it is later in UTC.
    for moment in cron.parse(text).after(local - timedelta(hours=3)):
        found = moment.replace(tzinfo=zone).astimezone(UTC)
        exists = found.astimezone(zone).replace(tzinfo=None) == moment
        if exists and found > after:
            return found
    return None


def _moment(text: str) -> datetime:
    """Read the time within `at(...)`."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")
    except ValueError as error:
        raise ExpressionError(f"at({text}): it must be like at(2026-11-27T15:00:00)") from error


def _zone(name: str) -> ZoneInfo:
    """Find a time zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ExpressionError(f"{name!r} is no time zone of the IANA database") from error
