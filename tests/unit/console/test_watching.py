"""How a run stands, from what Batch and Step Functions say of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from backroom.words import RunStatus
from backroom_console.connection import Connection
from backroom_console.outputs import Outputs
from backroom_console.reader import Reader
from backroom_console.target import Target
from backroom_console.watching import Look, at_work, watch

RUN = "probe-20261127T030000Z-0a1b"
MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:backroom-run_job"


@dataclass
class Batch:
    """Batch with these jobs: name to status, or for an array to its size and summary."""

    jobs: dict[str, Any]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_paginator(self, operation: str) -> "Batch":
        assert operation == "list_jobs"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(asked)
        for name, state in self.jobs.items():
            yield {"jobSummaryList": [self._summary(name, state)] if asked["jobQueue"] == "spot" else []}

    def _summary(self, name: str, state: Any) -> dict[str, Any]:
        created_at = list(self.jobs).index(name)
        summary = {"jobId": f"id-{name}", "jobName": name, "status": state, "createdAt": created_at}
        if isinstance(state, tuple):
            ended = sum(state[1].get(status, 0) for status in ("SUCCEEDED", "FAILED")) == state[0]
            summary |= {"arrayProperties": {"size": state[0]}, "status": "SUCCEEDED" if ended else "PENDING"}
        return summary

    def describe_jobs(self, jobs: list[str]) -> dict[str, Any]:
        assert len(jobs) <= 100
        states = [self.jobs[job.removeprefix("id-")] for job in jobs]
        return {"jobs": [{"arrayProperties": {"size": size, "statusSummary": summary}} for size, summary in states]}


@dataclass
class Machines:
    """Step Functions, which gives one status after the other."""

    statuses: list[str]

    def describe_execution(self, executionArn: str) -> dict[str, Any]:  # noqa: N803
        assert executionArn == f"{MACHINE.replace(':stateMachine:', ':execution:')}:{RUN}"
        return {"status": self.statuses.pop(0)}


def connected(batch: Batch, *statuses: str) -> Connection:
    connection = Connection(Target("backroom", "eu-central-1"))
    known = Outputs("backroom", MACHINE, "runs", "tenants", "runs", "plan", "reconcile", "notify", "spot", "on_demand")
    vars(connection).update(batch=batch, machines=Machines(list(statuses)), outputs=known)
    return connection


def looks(batch: Batch, *statuses: str) -> list[Look]:
    rests: list[int] = []
    seen = list(watch(Reader(connected(batch, *statuses)), RUN, lambda: rests.append(1)))
    assert len(rests) == len(statuses) - 1
    return seen


def last(jobs: dict[str, Any]) -> Look:
    return looks(Batch(jobs), "SUCCEEDED")[-1]


def test_it_is_watched_until_its_execution_has_ended() -> None:
    batch = Batch({})
    assert [look.status for look in looks(batch, "RUNNING", "RUNNING", "ABORTED")] == [
        RunStatus.RUNNING,
        RunStatus.RUNNING,
        RunStatus.ABORTED,
    ]
    filters = [{"name": "JOB_NAME", "values": [f"{RUN}-w*"]}]
    asked = [{"jobQueue": queue, "filters": filters} for queue in ("spot", "on_demand")]
    assert cast(list[Any], batch.asked) == asked * 3


def test_arrays_and_plain_jobs_of_a_wave_are_counted_together() -> None:
    summary = {"SUCCEEDED": 9_000, "FAILED": 10, "RUNNING": 500, "STARTING": 12, "RUNNABLE": 470, "PENDING": 8}
    look = last({f"{RUN}-w1-0": (10_000, summary), f"{RUN}-w1-10000": "RUNNING"})
    assert look == Look(RunStatus.SUCCEEDED, 1, waiting=478, running=513, succeeded=9_000, failed=10)
    assert (look.portions, look.done) == (10_001, 9_010)


def test_children_that_the_summary_does_not_name_yet_are_waiting() -> None:
    assert last({f"{RUN}-w1-0": (7, {"RUNNING": 2})}) == Look(RunStatus.SUCCEEDED, 1, waiting=5, running=2)
    assert last({f"{RUN}-w1-0": (7, {})}).waiting == 7


def test_only_the_latest_wave_counts() -> None:
    jobs = {f"{RUN}-w2-0": (3, {"RUNNING": 3}), f"{RUN}-w10-0": "RUNNABLE", f"{RUN}-w1-0": (9, {"FAILED": 9})}
    assert last(jobs) == Look(RunStatus.SUCCEEDED, 10, waiting=1)


def test_of_a_chain_the_first_stage_that_is_not_done_is_watched() -> None:
    def chain(*done: int) -> dict[str, Any]:
        stages = zip(("fetch", "images", "rescale"), done, strict=True)
        return {f"{RUN}-w1-{stage}-0": (4, {"SUCCEEDED": count}) for stage, count in stages}

    assert last(chain(1, 0, 0)) == Look(RunStatus.SUCCEEDED, 1, waiting=3, succeeded=1, stage="fetch")
    assert last(chain(4, 3, 1)) == Look(RunStatus.SUCCEEDED, 1, waiting=1, succeeded=3, stage="images")
    assert last(chain(4, 4, 4)) == Look(RunStatus.SUCCEEDED, 1, succeeded=4, stage="rescale")


def test_more_arrays_than_one_question_takes_are_asked_in_several() -> None:
    jobs = {f"{RUN}-w1-{number}": (2, {"SUCCEEDED": 2}) for number in range(250)}
    assert last(jobs).succeeded == 500


def test_the_batch_job_that_plans_is_no_portion() -> None:
    jobs = {f"{RUN}-w1-plan": "SUCCEEDED", f"{RUN}-w1-0": "SUCCEEDED", f"{RUN}-w2-plan": "RUNNABLE"}
    assert last(jobs) == Look(RunStatus.SUCCEEDED, 1, succeeded=1)
    found = at_work(connected(Batch(jobs)), RUN)
    assert found.planning is not None
    assert (found.planning.wave, found.planning.status, len(found.jobs)) == (2, "RUNNABLE", 1)
