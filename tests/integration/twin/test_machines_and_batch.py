"""`batch:submitJob.sync`: submitted, waited for, failed, throttled, stopped."""

import json
from typing import Any

import pytest

from tests.integration.twin.stand_ins import FakeBatch
from tests.integration.twin.waiting import begin, ended, machine, run, until

SUBMIT = {
    "Type": "Task",
    "Resource": "arn:aws:states:::batch:submitJob.sync",
    "Arguments": {
        "JobName": "j",
        "JobDefinition": "d",
        "JobQueue": "q",
        "ArrayProperties": {"Size": "{% $states.input.size %}"},
        "ContainerOverrides": {"Environment": [{"Name": "A", "Value": "{% $string($states.input.size) %}"}]},
        "Tags": {"Key:x": "v"},
        "PropagateTags": True,
        "ShareIdentifier": "s",
    },
    "End": True,
}


def job_of(batch: FakeBatch) -> dict[str, Any]:
    """Wait for a job that was submitted."""
    until(lambda: batch.jobs, "a Batch job")
    return next(iter(batch.jobs.values()))


def test_submit_sync_sends_batchs_casing_and_gives_step_functions_casing(sfn: Any, batch: FakeBatch) -> None:
    execution = begin(sfn, machine({"A": SUBMIT}, "A"), {"size": 7})
    job = job_of(batch)
    assert job["arrayProperties"] == {"size": 7}
    assert {"name": "A", "value": "7"} in job["containerOverrides"]["environment"]
    assert (job["tags"], job["propagateTags"], job["shareIdentifier"]) == ({"Key:x": "v"}, True, "s")
    batch.end(job["jobId"], "SUCCEEDED", container={"exitCode": 0})
    output = json.loads(ended(sfn, execution)["output"])
    assert (output["JobId"], output["Status"], output["Container"]) == (job["jobId"], "SUCCEEDED", {"ExitCode": 0})


def test_a_failed_job_is_task_failed_with_its_detail_as_the_cause(sfn: Any, batch: FakeBatch) -> None:
    execution = begin(sfn, machine({"A": SUBMIT}, "A"), {"size": 2})
    job = job_of(batch)
    batch.end(job["jobId"], "FAILED", statusReason="Host EC2 (instance i-1) terminated.")
    about = ended(sfn, execution)
    assert (about["status"], about["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(about["cause"])["StatusReason"] == "Host EC2 (instance i-1) terminated."


def test_a_throttled_submission_is_retried_by_its_name(sfn: Any, batch: FakeBatch) -> None:
    batch.refuse.extend(
        [{"status": 429, "code": "TooManyRequestsException"}, {"status": 500, "code": "ServerException"}]
    )
    names = ["Batch.TooManyRequestsException", "Batch.ServerException"]
    state = {**SUBMIT, "Retry": [{"ErrorEquals": names, "IntervalSeconds": 1, "MaxAttempts": 5}]}
    execution = begin(sfn, machine({"A": state}, "A"), {"size": 2})
    batch.end(job_of(batch)["jobId"], "SUCCEEDED")
    assert ended(sfn, execution)["status"] == "SUCCEEDED"
    assert not batch.refuse


@pytest.mark.parametrize("kind", ["Map", "Parallel"])
def test_an_error_of_a_branch_keeps_its_name(sfn: Any, batch: FakeBatch, kind: str) -> None:
    inner = {"StartAt": "A", "States": {"A": SUBMIT}}
    branches = {"Map": {"Items": [{"size": 2}], "ItemProcessor": inner}, "Parallel": {"Branches": [inner]}}
    execution = begin(sfn, machine({"M": {"Type": kind, **branches[kind], "End": True}}, "M"), {"size": 2})
    batch.end(job_of(batch)["jobId"], "FAILED", statusReason="no")
    assert ended(sfn, execution)["error"] == "States.TaskFailed"


def test_stopping_an_execution_terminates_the_job_that_it_waits_for(sfn: Any, batch: FakeBatch) -> None:
    inner = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "A", "States": {"A": SUBMIT}}
    state = {"Type": "Map", "Items": [{"size": 2}, {"size": 3}], "ItemProcessor": inner, "End": True}
    execution = begin(sfn, machine({"M": state}, "M"), {})
    until(lambda: len(batch.jobs) == 2, "two Batch jobs")
    sfn.stop_execution(executionArn=execution, error="Operator", cause="enough")
    about = sfn.describe_execution(executionArn=execution)
    assert (about["status"], about["error"], about["cause"]) == ("ABORTED", "Operator", "enough")
    until(lambda: all(job["status"] == "FAILED" for job in batch.jobs.values()), "the end of both jobs")
    kinds = [event["type"] for event in sfn.get_execution_history(executionArn=execution)["events"]]
    assert "TaskSucceeded" not in kinds


def test_a_task_that_times_out_terminates_its_job(sfn: Any, batch: FakeBatch) -> None:
    about = run(sfn, machine({"A": {**SUBMIT, "TimeoutSeconds": 1}}, "A"), {"size": 2})
    assert (about["status"], about["error"]) == ("FAILED", "States.Timeout")
    until(lambda: job_of(batch)["status"] == "FAILED", "the end of the job")
