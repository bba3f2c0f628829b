"""What a report is to be about: the tenant's parameters, and what the planner told besides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from backroom.worker import BadParams

from report.texts import legible

FORMAT = 1
"""Of what is written: another number makes all reports new."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a job did for the tenant in the month."""

    job: str
    runs: int
    portions: Mapping[str, int]
    """By outcome."""
    succeeded: int
    failed: int
    skipped: int
    """Items."""
    seconds: float
    cost: float | None
    """USD; None: it is not to be told."""
    reasons: Mapping[str, int]
    """Items that failed, by the name of the error, as far as it is known."""
    causes: Mapping[str, int]
    """Portions that did not come to a good end, by cause."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tenant's month."""

    name: str
    """The tenant's."""
    month: str
    start: datetime
    end: datetime
    """The first instant after it."""
    zone: ZoneInfo
    currency: str
    """What all stock is added up in besides; "" for nothing."""
    rates: Mapping[str, Decimal]
    """What one unit of another currency is worth in it."""
    done: Sequence[Done]
    digest: str
    """12 hex digits over all of this."""

    @property
    def title(self) -> str:
        """The month in words, `November 2026`."""
        return f"{self.start.astimezone(self.zone):%B %Y}"


def parse_wanted(params: Mapping[str, Any]) -> Wanted:
    """Read a portion's parameters, which the planner has checked; raises BadParams where they are not from it."""
    try:
        brief = params["brief"]
        return Wanted(
            legible(brief["name"]),
            brief["month"],
            datetime.fromisoformat(brief["start"]),
            datetime.fromisoformat(brief["end"]),
            ZoneInfo(brief["timezone"]),
            params.get("currency", ""),
            {currency: Decimal(str(rate)) for currency, rate in params.get("rates", {}).items()},
            tuple(map(_done, brief["activity"])),
            sha256(orjson.dumps([FORMAT, params], option=orjson.OPT_SORT_KEYS)).hexdigest()[:12],
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise BadParams(f"the portion was not planned by this version's planner of report: {error!r}") from error


def _done(told: Mapping[str, Any]) -> Done:
    succeeded, failed, skipped = told["items"]
    return Done(
        told["job"],
        told["runs"],
        told["portions"],
        succeeded,
        failed,
        skipped,
        told["seconds"],
        told["cost"],
        {legible(name): count for name, count in told["reasons"].items()},
        told["causes"],
    )
