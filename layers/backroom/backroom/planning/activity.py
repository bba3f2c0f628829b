"""What jobs did for tenants in their months: sums of the runs that began in them, from RunsTable."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from backroom.parallel import in_order
from backroom.planning.months import Month
from backroom.records import Items, PortionRecord, RunRecord, TenantSums
from backroom.runs import RunsTable
from backroom.storage.objects import lines, open_object
from backroom.words import Outcome

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

THREADS = 12
"""Runs that are read at once."""
LISTS = 20
"""Lists of failed items that are read of a tenant and a job, at most: one has up to a portion's items."""
SHOWN = 10
"""Reasons that are told of a job."""
_BAD = (Outcome.FAILED, Outcome.LOST, Outcome.CANCELLED)


@dataclass(slots=True)
class JobActivity:
    """What a job did for a tenant."""

    job: str
    runs: int = 0
    portions: Counter[str] = field(default_factory=Counter)
    """By outcome."""
    items: Items = field(default_factory=Items)
    seconds: float = 0.0
    cost: float = 0.0
    """USD."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Items that failed, by the name of the error, as far as their lists were read and are still there."""
    causes: Counter[str] = field(default_factory=Counter)
    """Portions that failed, were lost or cancelled, by cause."""
    lists: int = 0
    """Lists of failed items that were read."""

    def add(self, sums: TenantSums) -> None:
        """Count one run."""
        self.runs += 1
        self.portions.update({str(outcome): count for outcome, count in sums.portions.items()})
        self.items += sums.items
        self.seconds += sums.seconds
        self.cost += sums.cost

    def as_json(self) -> dict[str, Any]:
        """Give it in as few bytes as it takes: a manifest has one for each tenant and job."""
        return {
            "job": self.job,
            "runs": self.runs,
            "portions": dict(sorted(self.portions.items())),
            "items": [self.items.succeeded, self.items.failed, self.items.skipped],
            "seconds": round(self.seconds, 1),
            "cost": round(self.cost, 4),
            "reasons": dict(_first(self.reasons)),
            "causes": dict(_first(self.causes)),
        }


@dataclass(frozen=True, slots=True)
class Archive:
    """Where it is written what runs came to."""

    runs: RunsTable
    s3: "S3Client"
    bucket: str

    def activity(self, jobs: Sequence[str], months: Mapping[str, Month]) -> dict[str, list[JobActivity]]:
        """Give what each job did for each tenant in that tenant's month, in order of `jobs`.

        Runs that still go on are left out. It reads every run of the jobs in these months, of all tenants. Raises
        botocore's ClientError.
        """
        found: dict[str, list[JobActivity]] = defaultdict(list)
        for job in jobs if months else ():
            for tenant, done in self._of_job(job, months).items():
                found[tenant].append(done)
        return found

    def _of_job(self, job: str, months: Mapping[str, Month]) -> dict[str, JobActivity]:
        found: dict[str, JobActivity] = {}
        start, end = min(month.start for month in months.values()), max(month.end for month in months.values())
        runs = (run for run in self.runs.between(job, start, end) if not run.goes_on)
        # In order: sums of floats in another order could differ, and so make a report new that is not.
        for run, sums, troubled in in_order(self._told, runs, THREADS):
            mine = {name for name, month in months.items() if month.holds(run.started_at)}
            for one in sums:
                if one.tenant in mine:
                    found.setdefault(one.tenant, JobActivity(job)).add(one)
            for portion in troubled:
                if portion.tenant in mine and portion.tenant in found:
                    self._blame(found[portion.tenant], portion)
        return found

    def _told(self, run: RunRecord) -> tuple[RunRecord, list[TenantSums], list[PortionRecord]]:
        went_well = set(run.counts) <= {Outcome.SUCCEEDED} and not run.items.failed
        return run, list(self.runs.tenants(run.run)), [] if went_well else list(self.runs.troubled(run.run))

    def _blame(self, activity: JobActivity, portion: PortionRecord) -> None:
        if portion.outcome in _BAD:
            activity.causes[portion.cause] += 1
        for stage in portion.by_stage.values():
            if stage.failed_items and activity.lists < LISTS:
                activity.lists += 1
                activity.reasons.update(self._errors(stage.failed_items))

    def _errors(self, key: str) -> Iterator[str]:
        """Yield the errors of a list of failed items; none if it has been deleted since, as after `RunDays`."""
        opened = open_object(self.s3, self.bucket, key)
        yield from (str(orjson.loads(line)["error"]) for line in lines(opened.body) if line) if opened else ()


def _first(counted: Counter[str]) -> list[tuple[str, int]]:
    """Give the most frequent; of equally frequent ones always the same."""
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
