"""What runs cost in a period, by job, tenant or run. Pure; the sums are the recorder's (backroom/prices.json)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from backroom.errors import InvalidRequestError
from backroom.records import RunRecord

_DAYS = {"7d": 7, "30d": 30}
_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])")
_SECOND = timedelta(seconds=1)


class By(StrEnum):
    """What costs are summed by."""

    JOB = "job"
    TENANT = "tenant"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Period:
    """From the first second to the last, both in UTC."""

    start: datetime
    end: datetime

    @classmethod
    def read(cls, text: str, now: datetime) -> "Period":
        """Read `today`, `7d`, `30d` (up to `now`) or a month, `2026-11`, all in UTC; raises InvalidRequestError."""
        now = now.astimezone(UTC)
        if text == "today":
            return cls(now.replace(hour=0, minute=0, second=0, microsecond=0), now)
        if text in _DAYS:
            return cls(now - timedelta(days=_DAYS[text]), now)
        month = _MONTH.fullmatch(text)
        if month is None or month["year"] == "0000":
            raise InvalidRequestError(f"{text!r} is no period: give today, 7d, 30d or a month such as {now:%Y-%m}")
        first = datetime(int(month["year"]), int(month["month"]), 1, tzinfo=UTC)
        return cls(first, (first + timedelta(days=31)).replace(day=1) - _SECOND)


@dataclass(frozen=True, slots=True)
class Share:
    """What one run, or one tenant in one run, cost."""

    name: str
    seconds: float
    """Of containers."""
    cost: float
    """USD."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What something cost in a period."""

    name: str
    runs: int
    seconds: float
    cost: float


def of_run(run: RunRecord, by: By) -> Share:
    """Give a run's cost under its own name, or that of its job."""
    return Share(run.run if by is By.RUN else run.job, run.seconds, run.cost)


def summed(shares: Iterable[Share]) -> list[Spent]:
    """Sum by name, the dearest first."""
    sums: dict[str, Spent] = {}
    for share in shares:
        had = sums.get(share.name, Spent(share.name, 0, 0.0, 0.0))
        sums[share.name] = Spent(share.name, had.runs + 1, had.seconds + share.seconds, had.cost + share.cost)
    return sorted(sums.values(), key=lambda spent: (-spent.cost, spent.name))
