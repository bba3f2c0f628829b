"""Sums of a run and of its tenants, and what is to be done about them. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from backroom.phrases import counted
from backroom.records import Bytes, Items, PortionRecord, TenantSums
from backroom.words import Outcome, RunStatus


@dataclass(slots=True)
class Sums:
    """What a run's portions come to, so far; constant memory but for the tenants."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Of portions that did not succeed: the cause of failed ones, the outcome of others."""
    items: Items = field(default_factory=Items)
    bytes: Bytes = field(default_factory=Bytes)
    seconds: float = 0.0
    cost: float = 0.0
    first_bad: PortionRecord | None = None
    tenants: dict[str, TenantSums] = field(default_factory=dict)
    to_do: Counter[str] = field(default_factory=Counter)
    """Of each tenant, its portions, those that were split left out: their parts count."""
    bad_of: Counter[str] = field(default_factory=Counter)
    """Of each tenant, those that did not succeed."""

    def add(self, record: PortionRecord) -> None:
        """Count one portion."""
        self.counts[record.outcome] += 1
        self.items += record.items
        self.bytes += record.bytes
        self.seconds += record.seconds
        self.cost += record.cost
        if not record.split_into:
            self._judge(record)
        before = self.tenants.get(record.tenant, TenantSums(record.tenant))
        self.tenants[record.tenant] = _added(before, record)

    def _judge(self, record: PortionRecord) -> None:
        self.to_do[record.tenant] += 1
        if record.outcome is not Outcome.SUCCEEDED:
            self.bad_of[record.tenant] += 1
            self.reasons[record.cause if record.outcome is Outcome.FAILED else record.outcome] += 1
            self.first_bad = self.first_bad or record

    @property
    def portions(self) -> int:
        """All portions, those that were split left out."""
        return self.to_do.total()

    @property
    def bad(self) -> int:
        """Those that did not succeed."""
        return self.bad_of.total()

    def exceeds(self, tolerance: float, own: Mapping[str, float]) -> bool:
        """Say whether more portions than tolerated are bad: of a tenant with an `own` tolerance, or of the others."""
        if any(self.bad_of[tenant] > share * self.to_do[tenant] for tenant, share in own.items()):
            return True
        bad = self.bad - sum(self.bad_of[tenant] for tenant in own)
        return bad > tolerance * (self.portions - sum(self.to_do[tenant] for tenant in own))


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run stands after a wave; `again`: another wave shall follow."""

    status: RunStatus
    again: bool
    message: str


def decide(sums: Sums, tolerance: float, own: Mapping[str, float], left: int, nothing: str) -> Verdict:
    """Decide how a run stands after a wave; `nothing` is the message if there were no portions.

    More than the job's `tolerance` (a share) of bad portions fail it, or more than a tenant's `own` of that tenant's.
    Another wave follows while there are portions `left` that it may mend, but never after a cancellation: who stopped
    the run wants it to stop.
    """
    failed = sums.exceeds(tolerance, own)
    again = left > 0 and not sums.counts[Outcome.CANCELLED]
    message = _message(sums, tolerated=not failed) if sums.portions else nothing
    return Verdict(RunStatus.FAILED if failed else RunStatus.SUCCEEDED, again, message)


def _message(sums: Sums, tolerated: bool) -> str:
    bad = sums.first_bad
    if bad is None:
        items = sums.items
        done = f"{counted(items.succeeded, 'item')} done, {items.failed:,} failed"
        return f"{counted(sums.portions, 'portion')} succeeded: {done}"
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sums.reasons.most_common())
    first = f"first: portion {bad.portion}, tenant {bad.tenant}: {bad.message[:300]}"
    allowed = ", which the job tolerates" if tolerated else ""
    return f"{sums.bad:,} of {counted(sums.portions, 'portion')} failed{allowed}: {reasons} ({first})"


def _added(sums: TenantSums, record: PortionRecord) -> TenantSums:
    counts = {**sums.portions, record.outcome: sums.portions.get(record.outcome, 0) + 1}
    return replace(
        sums,
        portions=counts,
        items=sums.items + record.items,
        bytes=sums.bytes + record.bytes,
        seconds=sums.seconds + record.seconds,
        cost=sums.cost + record.cost,
    )
