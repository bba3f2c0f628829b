"""Where the containers of a run write: the log group of each stage, and the streams of a portion's attempts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from backroom.planning.elsewhere import DEFINITION as PLANNER
from backroom.planning.summary import PlanSummary
from backroom.recording.batch_jobs import described
from backroom.recording.batch_nodes import ids_of
from backroom.records import RunRecord

from backroom_console.connection import Connection
from backroom_console.reader import Reader


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A log group, and the stage whose containers write to it; "" of a job that has but one."""

    name: str
    stage: str = ""


@dataclass(frozen=True, slots=True)
class LogStream:
    """Where one attempt at a stage of a portion writes; of the nodes of a multi-node job each has its own."""

    name: str
    attempt: int
    stage: str = ""

    @property
    def group(self) -> LogGroup:
        """The group that it is in."""
        return LogGroup(group_of(self.name), self.stage)


@dataclass(frozen=True, slots=True)
class Tries:
    """What is known of a portion's attempts: their streams, and their Batch jobs with the stage of each."""

    streams: tuple[LogStream, ...] = ()
    jobs: Mapping[str, str] | None = None

    def has(self, batch_job_id: object) -> bool:
        """Whether a Batch job, or the one of which this is a node (`ID#NODE`), is the portion's."""
        return str(batch_job_id).partition("#")[0] in (self.jobs or {})


def group_of(stream: str) -> str:
    """Give a stream's group: it is called as the definition, and so its streams begin with it (Batch user guide)."""
    return stream.partition("/")[0]


def groups_of_run(connection: Connection, run: RunRecord) -> tuple[LogGroup, ...]:
    """Give the groups of all stages, by the run's plan, or by its recorded attempts if that is gone; none before it."""
    plan = Reader(connection).plan(run)
    if plan is not None:
        return groups_of_plan(plan)
    attempts = (attempt for portion in connection.runs.portions(run.run) for attempt in portion.attempts)
    found = (LogGroup(group_of(one.log_stream), one.stage) for one in attempts if one.log_stream)
    return tuple(dict.fromkeys(found))


def groups_of_plan(plan: PlanSummary) -> tuple[LogGroup, ...]:
    """Give the groups of a plan's stages, which are called as their definitions (docs/architecture.md). Pure."""
    stages = {stage.name: stage.definition for stage in plan.stages} or {"": plan.definition}
    return tuple(LogGroup(_definition_name(arn), stage) for stage, arn in stages.items())


def groups_of_planner(connection: Connection) -> tuple[LogGroup, ...]:
    """Give where planners write: the function, and the containers of `Planner: batch`."""
    outputs = connection.outputs
    return LogGroup(f"/aws/lambda/{outputs.plan_function}"), LogGroup(f"{outputs.stack}-{PLANNER}")


def tries_of(connection: Connection, run: RunRecord, portion: int) -> Tries:
    """Give what is recorded of a portion's attempts, and what is seen of those that are not recorded yet."""
    record = connection.runs.portion(run.run, portion)
    live = connection.live.one(run.run, portion) if run.goes_on else None
    known: list[Any] = [*(record.attempts if record else ()), *(live.facts if live else ())]
    streams = (LogStream(one.log_stream, one.attempt, one.stage) for one in known if one.log_stream)
    return Tries(tuple(dict.fromkeys(streams)), {one.batch_job_id: one.stage for one in known if one.batch_job_id})


def with_all_streams(batch: Any, tries: Tries) -> Tries:
    """Add the streams that Batch knows of beside: those of nodes, and of the attempt that runs.

    Batch forgets a job after about a week. Raises botocore's ClientError.
    """
    stages = tries.jobs or {}
    jobs: list[Any] = list(described(batch, stages))
    nodes = described(batch, chain.from_iterable(ids_of(job) for job in jobs if "nodeProperties" in job))
    found = {stream.name: stream for stream in _streams([*jobs, *nodes], stages)}
    # What is recorded is the better word on the attempt.
    found |= {stream.name: stream for stream in tries.streams}
    return Tries(tuple(found.values()), stages)


def _streams(jobs: Iterable[Any], stages: Mapping[str, str]) -> Iterator[LogStream]:
    for job in jobs:
        stage = stages[job["jobId"].partition("#")[0]]
        attempts = [attempt.get("container", {}) for attempt in job.get("attempts", [])]
        names = [container.get("logStreamName") for container in attempts]
        latest = job.get("container", {}).get("logStreamName")
        for number, name in enumerate(names if latest in names else [*names, latest], 1):
            if name:
                yield LogStream(name, number, stage)


def _definition_name(arn: str) -> str:
    return arn.rpartition("/")[2].partition(":")[0]
