"""Runs as planner, observer and recorder leave them: written into a stack without running anything."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from backroom.layout import RunLayout
from backroom.live import LivePortions
from backroom.manifest.portion import Item, Portion
from backroom.manifest.writer import ManifestWriter
from backroom.planning.summary import PlanSummary, StagePlan, TenantPlan
from backroom.recording.facts import Fact
from backroom.recording.outcomes import write_outcomes
from backroom.recording.sums import Sums
from backroom.records import AttemptRecord, Bytes, Items, PortionRecord
from backroom.runs import RunsTable
from backroom.words import Capacity, Cause, Outcome, RunStatus

JOB = "image_resize"
BEGAN = datetime(2026, 11, 27, 3, tzinfo=UTC)
DEFINITION = f"arn:aws:batch:eu-central-1:123456789012:job-definition/backroom-{JOB}:1"
NO_EXECUTION = "arn:aws:states:eu-central-1:123456789012:execution:none"
BAD = (
    (Cause.OUT_OF_MEMORY, 137, "OutOfMemoryError: Container killed due to memory usage", 2),
    (Cause.APP_PERMANENT, 65, "7 of 20 items failed, more than 20 % (CorruptImage)", 1),
    (Cause.APP_PERMANENT, 70, "ValueError: cannot read line 4711 of feed 12", 1),
    (Cause.TIMEOUT, 137, "Job attempt duration exceeded timeout", 1),
)
"""Cause, exit code, message and attempts of portions that fail."""


def run_id(number: int, job: str = JOB) -> str:
    """Give the id of a made-up run."""
    return f"{job}-20261127T030000Z-{number:04x}"


@dataclass(frozen=True)
class Prepared:
    """Where made-up runs are written."""

    table: Any
    s3: Any
    bucket: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    most_in_table: int = 1000
    """Of a larger run the portions are in outcomes.jsonl only: a twin takes a minute to write 10,000 items."""

    def ended(
        self, run: str, records: Sequence[PortionRecord], status: RunStatus, message: str = "", **facts: Any
    ) -> str:
        """Write a run that has ended with these portions; gives its id."""
        self._plan(run, records)
        ended = run_facts(self.recorded(run, 1, records)) | {"message": message}
        # The reconciler ends what began long ago and is nowhere: its item comes last, and has ended at once.
        self._begin(run, BEGAN, len(records), facts)
        RunsTable(self.table).ended(JOB, run, status, BEGAN + timedelta(minutes=12), ended)
        return run

    def begun(self, run: str, planned: Sequence[PortionRecord], **facts: Any) -> None:
        """Write a run that has just been planned and goes on."""
        self._plan(run, planned)
        self._begin(run, self.now, len(planned), facts)

    def _begin(self, run: str, began: datetime, count: int, facts: Mapping[str, Any]) -> None:
        table, known = RunsTable(self.table), {"slot": run, "execution_arn": f"{NO_EXECUTION}:{run}"}
        table.begin(JOB, run, began, **known)
        manifest = RunLayout(JOB, run).manifest(1)
        table.planned(run, {"wave": 1, "portions": count, "manifest": manifest, **facts})

    def _plan(self, run: str, planned: Sequence[PortionRecord]) -> None:
        """Write plan and manifest; one tenant is left out."""
        writer = ManifestWriter(self.s3, self.bucket, RunLayout(JOB, run), 1)
        for record in planned:
            writer.add(portion_of(record))
        counts = Counter(record.tenant for record in planned)
        tenants = tuple(TenantPlan(name, count, count * 20, 3) for name, count in sorted(counts.items()))
        left_out = TenantPlan("z-absent", skipped="disabled")
        stages = (StagePlan("", definition=DEFINITION, memory=512, vcpus=1),)
        writer.finish(PlanSummary(JOB, run, 1, DEFINITION, (*tenants, left_out), stages).as_json())

    def recorded(self, run: str, wave: int, records: Iterable[PortionRecord]) -> Sums:
        """Write what became of portions in a wave; gives their sums."""
        known, sums = list(records), Sums()
        write_outcomes(self.s3, self.bucket, RunLayout(JOB, run), wave, known)
        for record in known:
            sums.add(record)
        table = RunsTable(self.table)
        if len(known) <= self.most_in_table:
            table.put_portions(run, known, self.now)
        table.put_tenants(run, sums.tenants.values(), self.now)
        return sums

    def lives(self, run: str, facts: Mapping[int, Fact]) -> None:
        """Write what Batch's events told of portions."""
        live = LivePortions(self.table)
        for portion, fact in facts.items():
            live.add(run, portion, (fact,), self.now)


def run_facts(sums: Sums) -> dict[str, Any]:
    """Give what the recorder notes of a run."""
    facts = {"portions": sums.portions, "seconds": sums.seconds, "cost": sums.cost}
    return facts | {"counts": dict(sums.counts), "items": sums.items, "bytes": sums.bytes}


def portion_of(record: PortionRecord) -> Portion:
    """Give the line of the manifest that a record came from."""
    items = tuple(Item(f"image-{record.portion:05}-{number}.jpg", "e" * 32, 100_000) for number in range(3))
    return Portion(record.portion, record.tenant, f"backroom-{record.tenant}", "", {}, "0" * 12, items, 20.0)


def portions(count: int, tenants: int, bad_each: int = 0) -> Iterator[PortionRecord]:
    """Yield portions of so many tenants in turn; every `bad_each`-th one (0: none) has come to no good end."""
    for number in range(count):
        tenant = f"shop-{number % tenants:03}"
        ill = bad_each and number % bad_each == bad_each - 1
        yield failed(number, tenant, number // bad_each) if ill else succeeded(number, tenant)


def succeeded(number: int, tenant: str) -> PortionRecord:
    """Give a portion that succeeded, every ninth on its second attempt, after its spot instance was taken back."""
    first = attempt(1, number, Cause.SPOT_RECLAIM, 143, "Host EC2 terminated") if number % 9 == 8 else None
    last = attempt(2 if first else 1, number, Cause.OK, 0)
    attempts = (first, last) if first else (last,)
    return PortionRecord(
        number,
        tenant,
        1,
        Outcome.SUCCEEDED,
        Cause.OK,
        "",
        Items(20),
        Bytes(2_000_000, 600_000),
        20.0,
        attempts,
        planned=20,
    )


def failed(number: int, tenant: str, kind: int) -> PortionRecord:
    """Give a portion that failed, for one of the reasons in BAD."""
    cause, code, message, tries = BAD[kind % len(BAD)]
    attempts = tuple(attempt(one, number, cause, code, message) for one in range(1, tries + 1))
    items = Items(13, 7) if code == 65 else Items()
    return PortionRecord(
        number, tenant, 1, Outcome.FAILED, cause, message, items, Bytes(900_000), 30.0, attempts, planned=20
    )


def attempt(number: int, portion: int, cause: Cause, code: int, message: str = "") -> AttemptRecord:
    """Give an attempt; portions begin one after the other, some seconds apart."""
    created = BEGAN + timedelta(seconds=20)
    began = created + timedelta(seconds=5 + portion % 500 + 40 * (number - 1))
    capacity = Capacity.SPOT if number == 1 else Capacity.ON_DEMAND
    lasts = 18 + portion % 13
    return AttemptRecord(
        wave=1,
        attempt=number,
        cause=cause,
        message=message,
        exit_code=code,
        batch_job_id=f"00000000-0000-4000-8000-000000000000:{portion}",
        log_stream=f"backroom-{JOB}/default/{portion:032x}",
        created_at=created,
        started_at=began,
        ended_at=began + timedelta(seconds=lasts),
        queue=capacity,
        capacity=capacity,
        waited=(began - created).total_seconds() if number == 1 else 9.0,
        seconds=lasts,
        cost=0.0001,
        rank=5,
    )
