"""The view of one tenant: each job over its latest runs, what was left out and why, and what it cost. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backroom.planning.summary import TenantPlan
from backroom.records import RunRecord, TenantSums
from backroom.tenants import BrokenTenant, Tenant

from backroom_console.rows import FailedItem

RUNS = 30
"""Of a job that are shown."""
ABSENT = "absent"
"""State of a run that had nothing of the tenant, as far as is recorded."""
_WORST_FIRST = ("failed", "lost", "cancelled", "skipped", "succeeded")


@dataclass(frozen=True, slots=True)
class TenantCell:
    """A run of a job as the tenant saw it."""

    run: RunRecord
    state: str
    sums: TenantSums | None

    @property
    def words(self) -> str:
        """Say what came of it."""
        if self.sums is None:
            return "nothing of this tenant" if self.state == ABSENT else self.state
        items = self.sums.items
        return f"{self.state}: {items.succeeded:,} items done, {items.failed:,} failed"


@dataclass(frozen=True, slots=True)
class TenantJob:
    """A job, as it went for the tenant."""

    job: str
    cells: Sequence[TenantCell]
    """From the oldest to the latest."""
    last_success: datetime | None
    latest: TenantPlan | None
    """What the latest run that looked at the tenant had planned for it."""
    bad: Sequence[FailedItem]
    """Some of those that failed in the latest run that had any."""
    bad_run: str
    cost: float
    """USD, this month."""

    @property
    def is_off(self) -> bool:
        """Whether the latest run left the tenant out."""
        return self.latest is not None and self.latest.skipped is not None


@dataclass(frozen=True, slots=True)
class TenantView:
    """What the page shows."""

    tenant: Tenant | BrokenTenant | None
    """None: it has no record, but runs may have had it."""
    name: str
    jobs: Sequence[TenantJob]
    month: str

    @property
    def cost(self) -> float:
        """USD, this month."""
        return sum(job.cost for job in self.jobs)


@dataclass(frozen=True, slots=True)
class JobKnown:
    """What was read of one job."""

    job: str
    runs: Sequence[RunRecord]
    """The newest first."""
    this_month: Sequence[RunRecord]
    latest: TenantPlan | None
    bad: Sequence[FailedItem] = ()
    bad_run: str = ""


def job_of(known: JobKnown, sums: Mapping[str, TenantSums]) -> TenantJob:
    """Give a job's row; `sums` are the tenant's, by run."""
    cells = [cell_of(run, sums.get(run.run)) for run in known.runs[:RUNS]]
    good = next((cell.run.ended_at or cell.run.started_at for cell in cells if cell.state == "succeeded"), None)
    cost = sum(sums[run.run].cost for run in known.this_month if run.run in sums)
    return TenantJob(known.job, cells[::-1], good, known.latest, known.bad, known.bad_run, cost)


def cell_of(run: RunRecord, sums: TenantSums | None) -> TenantCell:
    """Give a run as the tenant saw it: by the worst of its portions; of one that goes on, that it does."""
    if run.goes_on:
        return TenantCell(run, "running", sums)
    if sums is None:
        return TenantCell(run, ABSENT, None)
    found = {str(outcome) for outcome, count in sums.portions.items() if count}
    return TenantCell(run, next((state for state in _WORST_FIRST if state in found), ABSENT), sums)
