"""Stopping a run: nothing that it submitted is left running."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from backroom_console.connection import Connection
from backroom_console.outputs import Outputs
from backroom_console.stopping import stop
from backroom_console.target import Target

RUN = "probe-20261127T030000Z-0a1b"
EXECUTION = f"arn:aws:states:eu-central-1:123456789012:execution:backroom-run_job:{RUN}"


@dataclass
class Account:
    """Batch and Step Functions of an account in which Batch jobs turn up as `submissions` says, look by look."""

    submissions: list[dict[str, str]]
    log: list[str] = field(default_factory=list)
    jobs: dict[str, str] = field(default_factory=dict)

    def stop_execution(self, executionArn: str, error: str, cause: str) -> None:  # noqa: N803
        assert (executionArn, error) == (EXECUTION, "Cancelled")
        assert "backroom cancel" in cause
        self.log.append("stopped")

    def get_paginator(self, operation: str) -> "Account":
        assert operation == "list_jobs"
        return self

    def paginate(self, jobQueue: str, filters: list[Any]) -> Iterator[dict[str, Any]]:  # noqa: N803
        assert filters == [{"name": "JOB_NAME", "values": [f"{RUN}-w*"]}]
        if jobQueue == "spot" and self.submissions:
            self.jobs |= self.submissions.pop(0)
        named = {name: status for name, status in self.jobs.items() if name.startswith(jobQueue)}
        yield {
            "jobSummaryList": [
                {"jobId": name, "jobName": f"{RUN}-w1-{name.rpartition('-')[2]}", "status": status}
                for name, status in named.items()
            ]
        }

    def terminate_job(self, jobId: str, reason: str) -> None:  # noqa: N803
        assert "backroom cancel" in reason
        self.log.append(jobId)


def stopped(*submissions: dict[str, str]) -> tuple[int, list[str]]:
    account = Account(list(submissions))
    connection = Connection(Target("backroom", "eu-central-1"))
    known = Outputs(
        "backroom", "machine", "runs", "tenants", "runs", "plan", "reconcile", "notify", "spot", "on_demand"
    )
    vars(connection).update(batch=account, machines=account, outputs=known)
    return stop(connection, RUN, EXECUTION, lambda: None), account.log


def test_the_execution_is_stopped_before_its_batch_jobs_in_all_queues_are() -> None:
    told, log = stopped({"spot-0": "RUNNING", "spot-1": "SUCCEEDED", "on_demand-2": "RUNNABLE", "spot-3": "FAILED"})
    assert (told, log[0], sorted(log[1:])) == (2, "stopped", ["on_demand-2", "spot-0"])


def test_a_batch_job_that_was_submitted_meanwhile_is_ended_too_and_each_is_told_once() -> None:
    assert stopped({"spot-0": "RUNNING"}, {}, {"spot-1": "SUBMITTED"}) == (2, ["stopped", "spot-0", "spot-1"])


def test_where_there_are_none_nothing_is_waited_for() -> None:
    assert stopped() == (0, ["stopped"])


def test_the_batch_job_that_plans_is_ended_too() -> None:
    assert stopped({"on_demand-plan": "RUNNING"}) == (1, ["stopped", "on_demand-plan"])
