"""Watches a run until it ends: how its portions stand in Batch, look by look."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backroom.errors import UnknownRunError
from backroom.recording.batch_jobs import described
from backroom.records import RunRecord
from backroom.words import RunStatus

from backroom_console.batch_jobs import BatchJob, of_run
from backroom_console.connection import Connection
from backroom_console.reader import Reader

_WAITING = ("SUBMITTED", "PENDING", "RUNNABLE")
_RUNNING = ("STARTING", "RUNNING")


@dataclass(frozen=True, slots=True)
class Look:
    """How a run stands at one moment. The counts are portions of the latest wave's stage, as Batch has them."""

    status: RunStatus
    wave: int = 1
    waiting: int = 0
    """For capacity, or for the stage before."""
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    stage: str = ""
    """The first stage of the wave that is not done; empty where a job has no stages."""

    @property
    def goes_on(self) -> bool:
        """Whether the execution has not ended."""
        return self.status in (RunStatus.PLANNING, RunStatus.RUNNING)

    @property
    def done(self) -> int:
        """Portions whose container has ended."""
        return self.succeeded + self.failed

    @property
    def portions(self) -> int:
        """All portions of the wave that Batch has so far."""
        return self.waiting + self.running + self.done


@dataclass(frozen=True, slots=True)
class AtWork:
    """The Batch jobs of a run's latest wave that are of its first stage that is not done, or of its last."""

    wave: int
    stage: str
    jobs: Sequence[BatchJob]
    planning: BatchJob | None = None
    """The Batch job that plans a wave, while it has not ended."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the execution of a run ended, from Step Functions, for a run that could not be recorded."""

    status: RunStatus
    message: str


def watch(reader: Reader, run: str, rest: Callable[[], None]) -> Iterator[Look]:
    """Yield how the run stands, calling `rest` between two looks, until its execution has ended.

    Raises UnknownRunError when neither Step Functions nor the table knows it.
    """
    while True:
        status = _status(reader, run)
        look = look_at(reader.connection, at_work(reader.connection, run), status)
        yield look
        if not look.goes_on:
            return
        rest()


def outcome(reader: Reader, run: str) -> RunRecord | Ended:
    """Give the record of a run that has ended, or what Step Functions says of one without a record."""
    try:
        return reader.run(run)
    except UnknownRunError:
        execution = reader.execution(reader.connection.outputs.execution(run))
        if execution is None:
            raise
        return Ended(RunStatus(execution["status"].lower()), execution.get("cause", "it left no record"))


def _status(reader: Reader, run: str) -> RunStatus:
    execution = reader.execution(reader.connection.outputs.execution(run))
    if execution is None:
        # A schedule names its execution otherwise; the record has its ARN.
        return reader.run(run).status
    return RunStatus(execution["status"].lower())


def at_work(connection: Connection, run: str) -> AtWork:
    """Find what a run works at now."""
    found = list(of_run(connection, run))
    jobs = [job for job in found if not job.plans]
    wave = max((job.wave for job in jobs), default=1)
    planning = next((job for job in found if job.plans and job.is_live), None)
    return AtWork(wave, *_stage_at_work([job for job in jobs if job.wave == wave]), planning)


def look_at(connection: Connection, found: AtWork, status: RunStatus) -> Look:
    """Give how a run stands now; `status` is the run's."""
    counts = _counts(connection.batch, found.jobs)
    return Look(
        status,
        found.wave,
        waiting=sum(counts.get(state, 0) for state in _WAITING),
        running=sum(counts.get(state, 0) for state in _RUNNING),
        succeeded=counts.get("SUCCEEDED", 0),
        failed=counts.get("FAILED", 0),
        stage=found.stage,
    )


def _stage_at_work(jobs: Sequence[BatchJob]) -> tuple[str, list[BatchJob]]:
    """Give the first stage, in the order of submission, that is not done, with its jobs; the last one if all are."""
    stages: dict[str, list[BatchJob]] = {}
    for job in sorted(jobs, key=lambda job: job.created_at):
        stages.setdefault(job.stage, []).append(job)
    for stage, of_stage in stages.items():
        if any(job.is_live for job in of_stage):
            return stage, of_stage
    return next(reversed(stages.items()), ("", []))


def _counts(batch: Any, jobs: Sequence[BatchJob]) -> dict[str, int]:
    """Count portions by Batch's states: an array's children by its summary, a plain Batch job by its own."""
    counts: dict[str, int] = {}
    for array in described(batch, (job.id for job in jobs if job.is_array)):
        _add(counts, children_of(array["arrayProperties"]))
    for job in jobs:
        if not job.is_array:
            _add(counts, {job.status: 1})
    return counts


def children_of(array: Mapping[str, Any]) -> Mapping[str, int]:
    """Give an array's children by state; those that its summary, which lags, does not name yet are waiting."""
    summary: dict[str, int] = dict(array.get("statusSummary", {}))
    unnamed = array.get("size", 0) - sum(summary.values())
    return summary | {"PENDING": summary.get("PENDING", 0) + max(unnamed, 0)}


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for state, count in more.items():
        counts[state] = counts.get(state, 0) + count
