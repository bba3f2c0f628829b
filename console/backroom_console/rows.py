"""What commands show that no single record holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from backroom.live import LivePortion
from backroom.planning.summary import TenantPlan
from backroom.records import Bytes, Items, TenantSums
from backroom.words import Outcome


@dataclass(frozen=True, slots=True)
class TenantRow:
    """A tenant's part of a run: what was planned and, once it is recorded, what became of it."""

    tenant: str
    planned: int = 0
    """Portions."""
    unchanged: int = 0
    """Items that were done already."""
    failed_before: int = 0
    """Items that failed in an earlier run and have not changed since."""
    left_out: str | None = None
    """Why the planner left the tenant out."""
    portions: Mapping[Outcome, int] = field(default_factory=dict)
    items: Items = field(default_factory=Items)
    bytes: Bytes = field(default_factory=Bytes)
    seconds: float = 0.0

    @classmethod
    def of(cls, tenant: str, plan: TenantPlan | None, sums: TenantSums | None) -> "TenantRow":
        """Put plan and record together; either may be missing."""
        plan, sums = plan or TenantPlan(tenant), sums or TenantSums(tenant)
        return cls(
            tenant,
            plan.portions,
            plan.unchanged,
            plan.failed_before,
            plan.skipped,
            sums.portions,
            sums.items,
            sums.bytes,
            sums.seconds,
        )


@dataclass(frozen=True, slots=True)
class FailedItem:
    """An item that could not be done, and why."""

    tenant: str
    item: str
    error: str
    message: str = ""
    portion: int | None = None


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job of the stack: what its newest definition and its schedule say."""

    job: str
    revision: int
    portion_items: str
    waves: str
    attempts: int | None
    timeout_seconds: int | None
    image: str
    schedule: str | None
    """Its expression and time zone; None where it has none."""
    scheduled: bool
    """Whether the schedule starts runs."""


@dataclass(frozen=True, slots=True)
class LiveRow:
    """What a portion that is not recorded yet does, by the latest that Batch's events told of it."""

    portion: int
    state: str
    """`running`, `failed` or `succeeded`: the attempt's, not yet the portion's."""
    wave: int
    stage: str
    attempt: int
    queue: str
    since: datetime | None
    """When it began; of one that never did, when it was submitted."""

    @classmethod
    def of(cls, live: LivePortion) -> "LiveRow":
        """Take the latest of what is known of a portion."""
        fact = live.latest
        began = fact.started_at or fact.created_at
        since = datetime.fromtimestamp(began / 1000, UTC) if began else None
        return cls(live.portion, fact.phase.name.lower(), fact.wave, fact.stage, fact.attempt, fact.queue, since)
