"""What is known of runs, portions and tenants: the records that the recorder writes and the console shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backroom.words import Capacity, Cause, Outcome, RunStatus


@dataclass(frozen=True, slots=True)
class Items:
    """How many items ended how."""

    succeeded: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Items") -> "Items":
        return Items(self.succeeded + other.succeeded, self.failed + other.failed, self.skipped + other.skipped)


@dataclass(frozen=True, slots=True)
class Bytes:
    """How many bytes of tenants' objects were read and written."""

    read: int = 0
    written: int = 0

    def __add__(self, other: "Bytes") -> "Bytes":
        return Bytes(self.read + other.read, self.written + other.written)


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One try of one container."""

    wave: int
    attempt: int
    cause: Cause
    message: str = ""
    exit_code: int | None = None
    batch_job_id: str | None = None
    log_stream: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    stage: str = ""
    """The stage that it was an attempt at; "" of a job that has but one."""
    queue: str | None = None
    """The queue that it waited in, by its short name: `spot`, `on_demand`."""
    capacity: Capacity | None = None
    """What it ran on, as far as its queue tells: the spot queue may fall back to on-demand instances."""
    created_at: datetime | None = None
    """When its Batch job was submitted."""
    waited: float | None = None
    """Seconds from the submission, or from the end of the attempt before, to its start."""
    seconds: float | None = None
    """From its start to its end."""
    cost: float = 0.0
    """USD, by the price table (backroom/prices.json)."""
    reason: str = ""
    """What ECS says of its container."""
    status_reason: str = ""
    """What Batch says of its job."""
    rank: int = 0
    """How much is known of it: 0 submitted ... 4 ended, 5 it reported itself, 6 reconciled."""


@dataclass(frozen=True, slots=True)
class StageRecord:
    """What became of one stage of a portion."""

    outcome: Outcome
    cause: Cause
    message: str = ""
    items: Items = Items()
    bytes: Bytes = Bytes()
    seconds: float = 0.0
    failed_items: str | None = None
    """Key of the list of items that failed in it, in the runs bucket."""


@dataclass(frozen=True, slots=True)
class PortionRecord:
    """What became of a portion; of several waves, the last one that it was in."""

    portion: int
    tenant: str
    wave: int
    outcome: Outcome
    cause: Cause
    message: str = ""
    items: Items = Items()
    bytes: Bytes = Bytes()
    seconds: float = 0.0
    attempts: tuple[AttemptRecord, ...] = ()
    failed_items: str | None = None
    """Key of the list of its items that failed, in the runs bucket."""
    stage: str = ""
    """Of a job with stages, the one where it stopped: the first that did not succeed, else the last."""
    stages: Mapping[str, StageRecord] = field(default_factory=dict)
    """Of a job with stages, what became of each, in their order."""
    tries: int = 1
    """In how many waves it was tried, its parents' included; bisecting is no try."""
    memory: int | None = None
    """MiB that it was given beyond its definition's."""
    queue: str | None = None
    """The queue it was planned for, if not the spot queue."""
    planned: int = 0
    """How many items it was planned with."""
    only: str | None = None
    """The stage that it combines a tenant's portions in, if it is such a portion."""
    unfinished: int = 0
    """How many of its items its last checkpoint does not call done."""
    whole: bool = False
    """It stopped in a stage whose items are not the manifest's: it cannot be divided."""
    split_from: int | None = None
    """The portion that it is a part of."""
    split_into: tuple[int, ...] = ()
    """The portions that go on with its unfinished items."""
    why: str | None = None
    """Why it is a part of another: `timeout`, `poison`."""

    @property
    def cost(self) -> float:
        """USD of all its attempts."""
        return sum(attempt.cost for attempt in self.attempts)

    @property
    def by_stage(self) -> Mapping[str, StageRecord]:
        """What became of each stage; a job without stages has one, of no name."""
        return self.stages or {"": self.as_stage()}

    def as_stage(self) -> StageRecord:
        """Give this as the record of a stage."""
        return StageRecord(
            self.outcome, self.cause, self.message, self.items, self.bytes, self.seconds, self.failed_items
        )


@dataclass(frozen=True, slots=True)
class TenantSums:
    """What became of a tenant's portions in a run."""

    tenant: str
    portions: Mapping[Outcome, int] = field(default_factory=dict)
    items: Items = Items()
    bytes: Bytes = Bytes()
    seconds: float = 0.0
    cost: float = 0.0
    """USD, by the price table (backroom/prices.json)."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run was asked to do, kept so that one which was never planned can be resumed."""

    tenants: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    resume: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One execution of a job over its tenants."""

    job: str
    run: str
    status: RunStatus
    started_at: datetime
    ended_at: datetime | None = None
    execution_arn: str | None = None
    slot: str | None = None
    wave: int = 1
    portions: int = 0
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    items: Items = Items()
    bytes: Bytes = Bytes()
    seconds: float = 0.0
    """Of all its portions together."""
    cost: float = 0.0
    """USD of all attempts, by the price table (backroom/prices.json)."""
    message: str = ""
    manifest: str | None = None
    """Key of the first wave's manifest in the runs bucket."""
    tenants_planned: int = 0
    tenants_skipped: int = 0
    items_planned: int = 0
    resumes: str | None = None
    """The run whose unfinished portions this one does."""
    resumed_by: str | None = None
    """The run that does the portions which this one left unfinished."""
    request: RunRequest | None = None
    leased: bool = False
    """Whether it has had the job to itself (its lease)."""

    @property
    def goes_on(self) -> bool:
        """Whether it has not ended, as far as is recorded."""
        return self.status in (RunStatus.PLANNING, RunStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class Claim:
    """Which run has a job's slot."""

    job: str
    slot: str
    run: str
    claimed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """Which run has a job to itself, and until when if nobody renews it."""

    job: str
    run: str
    expires: int
    """Epoch seconds; 0: given back."""
    version: int = 1
