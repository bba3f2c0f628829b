"""AWS's cron expressions: minutes, hours, day of month, month, day of week, year.

docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html. Existing libraries for cron know neither the year
nor `?`, `L`, `W` and `#`, and count the days of the week from another one.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

_MONTHS: Final = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS: Final = {name: number for number, name in enumerate(("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"), 1)}
_LAST_YEAR: Final = 2199


class ExpressionError(ValueError):
    """A schedule expression that is none; the message quotes it and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression, parsed; `day` and `weekday` keep their text where it is not a plain set."""

    minutes: frozenset[int]
    hours: frozenset[int]
    day: str
    months: frozenset[int]
    weekday: str
    years: frozenset[int]

    def on(self, day: date) -> bool:
        """Say whether it fires on a day at all."""
        in_period = day.year in self.years and day.month in self.months
        return in_period and _is_day(self.day, day) and _is_weekday(self.weekday, day)

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Give the times later than `moment`, in order, both without a zone."""
        day = moment.date()
        last = date(min(_LAST_YEAR, max(self.years)), 12, 31)
        while day <= last:
            if self.on(day):
                yield from (time for time in self._times(day) if time > moment)
            day += timedelta(days=1)

    def _times(self, day: date) -> Iterator[datetime]:
        """Give the times of one day, in order."""
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                yield datetime(day.year, day.month, day.day, hour, minute)


def parse(text: str) -> Cron:
    """Parse the six fields within `cron(...)`; raises ExpressionError."""
    fields = text.split()
    if len(fields) != 6:
        raise ExpressionError(
            f"cron({text}): it has {len(fields)} fields, not six (minutes hours day month weekday year)"
        )
    minutes, hours, day, month, weekday, year = fields
    if (day == "?") == (weekday == "?"):
        raise ExpressionError(f"cron({text}): exactly one of day of month and day of week must be ?")
    try:
        cron = Cron(
            _numbers(minutes, 0, 59, {}),
            _numbers(hours, 0, 23, {}),
            day,
            _numbers(month, 1, 12, _MONTHS),
            weekday,
            _numbers(year, 1970, _LAST_YEAR, {}),
        )
        cron.on(date(2000, 1, 1))
        _is_day(day, date(2000, 1, 1))
        _is_weekday(weekday, date(2000, 1, 1))
    except ValueError as error:
        raise ExpressionError(f"cron({text}): {error}") from error
    return cron


def _numbers(field: str, low: int, high: int, names: dict[str, int]) -> frozenset[int]:
    """Read `*`, `3`, `MON`, `1-5`, `*/10`, `0/15` and lists of these; raises ValueError."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = low if first == "*" else _number(first, names)
        end = _number(last, names) if dash else high if step or first == "*" else start
        if not low <= start <= high or not low <= end <= high or (step and int(step) < 1):
            raise ValueError(f"{part!r} is not within {low} and {high}")
        found.update(range(start, end + 1, int(step or 1)))
    return frozenset(found)


def _number(text: str, names: dict[str, int]) -> int:
    """Read a number or a name of three letters."""
    return names[text.capitalize()] if text.capitalize() in names else int(text)


def _is_day(field: str, day: date) -> bool:
    """Say whether a day is one of a day-of-month field: numbers, `?`, `L` (last), `15W` (weekday next to the 15th)."""
    last = calendar.monthrange(day.year, day.month)[1]
    if field == "?":
        return True
    if field == "L":
        return day.day == last
    if field.endswith("W"):
        wanted = last if field == "LW" else int(field[:-1])
        return wanted <= last and day == _nearest_weekday(day.replace(day=wanted), last)
    return day.day in _numbers(field, 1, 31, {})


def _nearest_weekday(day: date, last: int) -> date:
    """Give the weekday next to a day, within its month."""
    if day.weekday() == 5:
        return day - timedelta(days=1) if day.day > 1 else day + timedelta(days=2)
    if day.weekday() == 6:
        return day + timedelta(days=1) if day.day < last else day - timedelta(days=2)
    return day


def _is_weekday(field: str, day: date) -> bool:
    """Say whether a day is one of a day-of-week field (1 = Sunday): names too, `?`, `5L` (last), `3#2` (second)."""
    number = day.isoweekday() % 7 + 1
    if field in ("?", "*"):
        return True
    if field == "L":
        return number == 7
    if field.endswith("L"):
        last = calendar.monthrange(day.year, day.month)[1]
        return number == _number(field[:-1], _DAYS) and day.day + 7 > last
    if "#" in field:
        wanted, _, nth = field.partition("#")
        return number == _number(wanted, _DAYS) and (day.day - 1) // 7 + 1 == int(nth)
    return number in _numbers(field, 1, 7, _DAYS)
