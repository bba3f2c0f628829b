"""Sums of a run and of its tenants, and what is to be done about them. Pure."""

from collections import Counter
from dataclasses import dataclass, field, replace

from backroom.phrases import counted
from backroom.planning.job import JobRow
from backroom.records import Bytes, Items, PortionRecord, TenantSums
from backroom.words import Outcome, RunStatus

_BAD = (Outcome.FAILED, Outcome.LOST, Outcome.CANCELLED)


@dataclass(slots=True)
class Sums:
    """What a run's portions come to, so far; constant memory but for the tenants."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Of portions that did not succeed: the cause of failed ones, the outcome of others."""
    items: Items = field(default_factory=Items)
    bytes: Bytes = field(default_factory=Bytes)
    seconds: float = 0.0
    left: int = 0
    first_bad: PortionRecord | None = None
    tenants: dict[str, TenantSums] = field(default_factory=dict)

    def add(self, record: PortionRecord) -> None:
        """Count one portion."""
        self.counts[record.outcome] += 1
        self.items += record.items
        self.bytes += record.bytes
        self.seconds += record.seconds
        self.left += record.is_left
        if record.outcome in _BAD:
            self.reasons[record.cause if record.outcome is Outcome.FAILED else record.outcome] += 1
            self.first_bad = self.first_bad or record
        before = self.tenants.get(record.tenant, TenantSums(record.tenant))
        self.tenants[record.tenant] = _added(before, record)

    @property
    def portions(self) -> int:
        """All portions."""
        return self.counts.total()

    @property
    def bad(self) -> int:
        """Those that failed, were lost or cancelled."""
        return sum(self.counts[outcome] for outcome in _BAD)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run stands after a wave; `again`: another wave shall follow."""

    status: RunStatus
    again: bool
    message: str


def decide(sums: Sums, row: JobRow, wave: int, nothing: str) -> Verdict:
    """Decide how a run stands after `wave`; `nothing` is the message if there were no portions.

    More than the job's `portion_tolerance` of bad portions fail it. Another wave follows while there is something left
    that it may mend, but never after a cancellation: who stopped the run wants it to stop.
    """
    failed = sums.bad > row.portion_tolerance * sums.portions
    again = wave < row.waves and sums.left > 0 and not sums.counts[Outcome.CANCELLED]
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
    )
