"""Events of Batch (`Batch Job State Change`) as facts of portions, and those of blocked queues. Pure.

The detail of an event is what DescribeJobs tells: every attempt that has ended, and the one that runs
(https://docs.aws.amazon.com/batch/latest/userguide/batch_cwe_events.html).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from backroom.layout import RunLayout
from backroom.recording.batch_names import parse_name
from backroom.recording.facts import Fact, Facts, Phase
from backroom.words import Capacity

_ON_FARGATE: Final = {"fargate_spot": Capacity.SPOT, "fargate": Capacity.ON_DEMAND}
"""Queues that are called by what they lead to, as those of instances are."""


QUEUE_BLOCKED: Final = "Batch Job Queue Blocked"
"""The other kind of event: the first Batch job of a queue cannot be placed, and holds up those behind it
(https://docs.aws.amazon.com/batch/latest/userguide/batch-job-queue-blocked-events.html)."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Container(_Shape):
    exit_code: int = Field(default=-1, alias="exitCode")
    reason: str = ""
    log_stream: str = Field(default="", alias="logStreamName")


class _Attempt(_Shape):
    container: _Container = _Container()
    started_at: int = Field(default=0, alias="startedAt")
    stopped_at: int = Field(default=0, alias="stoppedAt")
    status_reason: str = Field(default="", alias="statusReason")


class _Array(_Shape):
    index: int | None = None


class _Node(_Shape):
    is_main: bool = Field(default=False, alias="isMainNode")


class JobDetail(_Shape):
    """What is read of an event's detail."""

    job_name: str = Field(alias="jobName")
    job_id: str = Field(alias="jobId")
    job_queue: str = Field(alias="jobQueue")
    status: Literal["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"]
    status_reason: str = Field(default="", alias="statusReason")
    created_at: int = Field(default=0, alias="createdAt")
    started_at: int = Field(default=0, alias="startedAt")
    attempts: tuple[_Attempt, ...] = ()
    container: _Container = _Container()
    array: _Array | None = Field(default=None, alias="arrayProperties")
    node: _Node | None = Field(default=None, alias="nodeDetails")
    """Of a node of a multi-node job."""

    @property
    def own_id(self) -> str:
        """Its id; of a node that of the job: what is known of both is of one attempt."""
        return self.job_id.partition("#")[0]

    @property
    def tells_of_a_portion(self) -> bool:
        """Whether it is a portion's: of an array its children are, of nodes the main one, as is the job itself."""
        whole_array = self.array is not None and self.array.index is None
        return not whole_array and (self.node is None or self.node.is_main)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What an event says of the portion at a place of a wave's index."""

    layout: RunLayout
    wave: int
    position: int
    facts: Facts


@dataclass(frozen=True, slots=True)
class BlockedQueue:
    """A queue (by name) that is held up by its first Batch job, and Batch's word why."""

    queue: str
    batch_job_id: str
    reason: str


def blocked(event: dict[str, Any]) -> BlockedQueue | None:
    """Give the queue that an event says is blocked; None if it is of another kind.

    Raises KeyError, and pydantic's ValidationError for what is no detail of a Batch job.
    """
    if event.get("detail-type") != QUEUE_BLOCKED:
        return None
    job = JobDetail.model_validate(event["detail"])
    return BlockedQueue(job.job_queue.rpartition("/")[2], job.own_id, job.status_reason)


def sighting(detail: dict[str, Any], stack: str) -> Sighting | None:
    """Give what an event's detail says of a portion; None of an array as a whole, or of what is no run's of this stack.

    Of the nodes of a multi-node job the main one counts, as the job itself does. Raises pydantic's ValidationError for
    what is no detail of a Batch job.
    """
    job = JobDetail.model_validate(detail)
    queue = job.job_queue.rpartition("/")[2]
    name = parse_name(job.job_name)
    if name is None or not queue.startswith(f"{stack}-") or not job.tells_of_a_portion:
        return None
    index = 0 if job.array is None else job.array.index or 0
    short = queue.removeprefix(f"{stack}-")
    facts = tuple(_facts(job, name.wave, name.stage, _ON_FARGATE.get(short, short)))
    return Sighting(RunLayout(name.job, name.run), name.wave, name.offset + index, facts)


def _facts(job: JobDetail, wave: int, stage: str, queue: str) -> Iterator[Fact]:
    for number, attempt in enumerate(job.attempts, 1):
        yield Fact(
            wave,
            stage,
            number,
            Phase.SUCCEEDED if attempt.container.exit_code == 0 else Phase.FAILED,
            job.own_id,
            queue,
            job.created_at,
            attempt.started_at,
            attempt.stopped_at,
            attempt.container.exit_code,
            attempt.container.reason,
            attempt.status_reason,
            attempt.container.log_stream,
        )
    if job.status == "RUNNING":
        begun = (job.own_id, queue, job.created_at, job.started_at)
        yield Fact(wave, stage, len(job.attempts) + 1, Phase.RUNNING, *begun, log_stream=job.container.log_stream)
    elif job.status == "FAILED" and not job.attempts:
        never = (job.own_id, queue, job.created_at)
        yield Fact(wave, stage, 0, Phase.FAILED, *never, status_reason=job.status_reason)
