"""Every path of run_job, executed on the twin: real functions, real containers, the template as it is."""

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from backroom.layout import RunLayout
from backroom.words import Cause, Outcome, RunStatus

from tests.e2e.stage import Stage

PORTIONS = 10_001


def eventually(true: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Poll until something is true; fails with `what` when it does not become so."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"{what} after {seconds:.0f} s"
        time.sleep(0.05)


def written(stage: Stage, tenant: str) -> list[str]:
    """Give the ids of the items that were done for a tenant."""
    found = stage.twin.client("s3").list_objects_v2(Bucket=f"backroom-{tenant}", Prefix="probed/")
    return [entry["Key"].removeprefix("probed/") for entry in found.get("Contents", [])]


def outcomes(stage: Stage, run: str) -> list[Any]:
    """Give the lines of outcomes.jsonl."""
    bucket, key = stage.twin.outputs["RunsBucketName"], RunLayout("swarm", run).outcomes(1)
    body = stage.twin.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
    return [json.loads(line) for line in body.iter_lines()]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_more_portions_than_an_array_may_have(stage: Stage) -> None:
    # To watch so many portions would take the twin longer than to run them.
    with stage.silenced("backroom-batch-states"):
        ended = stage.run("swarm", tenants=[stage.tenant()], params={"count": PORTIONS}, timeout=560)
    jobs = stage.batch_jobs(ended.run)
    assert [job["jobName"].rpartition("-w")[2] for job in jobs] == ["1-0", "1-10000"]
    assert jobs[0]["arrayProperties"]["size"] == 10_000
    assert "arrayProperties" not in jobs[1], "the one that is left over is a plain Batch job"
    assert {job["status"] for job in jobs} == {"SUCCEEDED"}
    # These containers do nothing, so they leave no result, and without one no portion counts as done.
    assert (ended.status, ended.error) == ("FAILED", "PortionsFailed")
    assert "10,001 of 10,001 portions failed" in ended.cause
    assert Counter(outcome["outcome"] for outcome in outcomes(stage, ended.run)) == {"lost": PORTIONS}
    assert ended.record is not None
    assert (ended.record.portions, ended.record.counts) == (PORTIONS, {Outcome.LOST: PORTIONS})
    last = stage.runs.portion(ended.run, PORTIONS - 1)
    assert last is not None
    assert [attempt.batch_job_id for attempt in last.attempts] == [jobs[1]["jobId"]]


def test_nothing_to_do_is_a_success_without_a_batch_job(stage: Stage) -> None:
    ended = stage.run(tenants=[stage.tenant()])
    assert ended.status == "SUCCEEDED", ended.cause
    assert ended.record is not None
    assert (ended.record.status, ended.record.portions) == (RunStatus.SUCCEEDED, 0)
    assert stage.batch_jobs(ended.run) == []


def test_one_portion_is_a_plain_batch_job(stage: Stage) -> None:
    tenant = stage.tenant()
    ended = stage.run(tenants=[tenant], params={"items": ["ok-1"]})
    assert ended.status == "SUCCEEDED", ended.cause
    (job,) = stage.batch_jobs(ended.run)
    assert "arrayProperties" not in job
    assert job["jobName"] == f"{ended.run}-w1-0"
    assert written(stage, tenant) == ["ok-1"]
    assert [portion.outcome for portion in ended.portions] == [Outcome.SUCCEEDED]


def test_two_portions_are_an_array(stage: Stage) -> None:
    tenant = stage.tenant()
    ended = stage.run(tenants=[tenant], params={"count": 2})
    assert ended.status == "SUCCEEDED", ended.cause
    assert ended.output["counts"] == {"succeeded": 2}
    (job,) = stage.batch_jobs(ended.run)
    assert job["arrayProperties"]["size"] == 2
    assert written(stage, tenant) == ["ok-000000", "ok-000001"]


def test_slot_that_is_claimed_starts_nothing(stage: Stage) -> None:
    tenant, slot = stage.tenant(), stage.run_id("slot")
    begun = [stage.start("probe", tenants=[tenant], params={"count": 1}, slot=slot) for _ in range(3)]
    ended = [stage.finish(*one) for one in begun]
    assert [one.status for one in ended] == ["SUCCEEDED"] * 3
    (winner,) = [one for one in ended if one.record is not None]
    losers = [one for one in ended if one.record is None]
    assert {loser.output["status"] for loser in losers} == {"already_claimed"}
    assert all(winner.run in loser.output["message"] for loser in losers)
    assert [stage.batch_jobs(loser.run) for loser in losers] == [[], []]


def test_run_that_is_started_again_gets_its_claim_again(stage: Stage) -> None:
    tenant, run = stage.tenant(), stage.run_id()
    machine, given = stage.twin.outputs["RunJobArn"], {"job": "probe", "tenants": [tenant], "run": run}
    first = stage.twin.wait(stage.twin.start(machine, {**given, "params": {"count": 1}}))
    again = stage.twin.wait(stage.twin.start(machine, {**given, "params": {"count": 1}}))
    assert [first["status"], again["status"]] == ["SUCCEEDED", "SUCCEEDED"]
    assert again["output"]["run"] == run
    assert again["output"]["status"] == "succeeded"


def test_run_is_named_by_the_clock_where_nobody_names_it(stage: Stage) -> None:
    machine = stage.twin.outputs["RunJobArn"]
    ended = stage.twin.run(machine, {"job": "probe", "tenants": [stage.tenant()], "slot": stage.run_id("slot")})
    assert ended["status"] == "SUCCEEDED", ended
    run = ended["output"]["run"]
    assert stage.runs.get(run).execution_arn == ended["executionArn"]


def test_planner_error_fails_the_run_and_is_recorded(stage: Stage) -> None:
    ended = stage.run("no_such_job")
    assert (ended.status, ended.error) == ("FAILED", "PlanFailed")
    assert "no_such_job" in ended.cause
    record = stage.runs.get(ended.run)
    assert record.status is RunStatus.FAILED
    assert "no_such_job" in record.message


def test_throttled_submission_is_submitted_again(stage: Stage) -> None:
    tenant = stage.tenant()
    stage.fault(kind="throttle_submit", count=2)
    ended = stage.run(tenants=[tenant], params={"count": 2})
    assert ended.status == "SUCCEEDED", ended.cause
    assert len(stage.batch_jobs(ended.run)) == 1


def test_some_failed_portions_fail_the_run_and_nobody_elses_work(stage: Stage) -> None:
    tenant, other = stage.tenant(), stage.tenant()
    ended = stage.run(tenants=[tenant, other], params={"items": ["bad-1", "ok-1", "ok-2"]})
    assert (ended.status, ended.error) == ("FAILED", "PortionsFailed")
    assert "2 of 6 portions failed" in ended.cause
    assert {portion.outcome for portion in ended.portions} == {Outcome.SUCCEEDED, Outcome.FAILED}
    failed = [portion for portion in ended.portions if portion.outcome is Outcome.FAILED]
    assert {portion.cause for portion in failed} == {Cause.APP_PERMANENT}
    assert [len(portion.attempts) for portion in failed] == [1, 1], "65 is not tried again"
    assert written(stage, tenant) == written(stage, other) == ["ok-1", "ok-2"]


def test_all_portions_failed(stage: Stage) -> None:
    ended = stage.run(tenants=[stage.tenant()], params={"items": ["crash-1", "crash-2", "crash-3"]})
    assert (ended.status, ended.error) == ("FAILED", "PortionsFailed")
    assert "3 of 3 portions failed" in ended.cause
    assert ended.record is not None
    assert ended.record.counts == {Outcome.FAILED: 3}


def test_what_may_pass_gets_another_wave(stage: Stage) -> None:
    tenant = stage.tenant()
    ended = stage.run(tenants=[tenant], params={"items": ["later-1", "ok-1", "ok-2"]})
    assert ended.status == "SUCCEEDED", ended.cause
    assert ended.record is not None
    assert (ended.record.wave, ended.record.portions) == (2, 3)
    assert [job["jobName"].rpartition("-w")[2] for job in stage.batch_jobs(ended.run)] == ["1-0", "2-0"]
    (late,) = [portion for portion in ended.portions if portion.wave == 2]
    assert [(attempt.wave, attempt.cause) for attempt in late.attempts][:2] == [(1, Cause.APP_RETRYABLE)] * 2
    assert written(stage, tenant) == ["later-1", "ok-1", "ok-2"]


def test_stopped_execution_stops_its_batch_job(stage: Stage) -> None:
    run, execution = stage.start("probe", tenants=[stage.tenant()], params={"items": ["hang-1", "hang-2"]})
    batch = stage.twin.client("batch")

    def children(status: str) -> int:
        jobs = stage.batch_jobs(run)
        return len(jobs and batch.list_jobs(arrayJobId=jobs[0]["jobId"], jobStatus=status)["jobSummaryList"])

    eventually(lambda: children("RUNNING") == 2, "both children run")
    stage.twin.client("stepfunctions").stop_execution(executionArn=execution, cause="enough")
    assert stage.twin.wait(execution)["status"] == "ABORTED"
    eventually(lambda: stage.batch_jobs(run)[0]["status"] == "FAILED", "the Batch job is stopped")
    eventually(lambda: children("FAILED") == 2, "its children are stopped")


def test_end_of_a_run_is_told(stage: Stage) -> None:
    queue = stage.twin.client("sqs").create_queue(QueueName="ended")["QueueUrl"]
    arn = stage.twin.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    events = stage.twin.client("events")
    events.put_rule(Name="ended", EventPattern=json.dumps({"source": ["backroom"], "detail-type": ["Run Ended"]}))
    events.put_targets(Rule="ended", Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}])
    ended = stage.run(tenants=[stage.tenant()], params={"count": 1})
    details: list[dict[str, object]] = []

    def told() -> bool:
        received = stage.twin.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        details.extend(json.loads(message["Body"])["detail"] for message in received.get("Messages", []))
        return any(detail["run"] == ended.run for detail in details)

    eventually(told, "the end is told")
    (detail,) = [detail for detail in details if detail["run"] == ended.run]
    assert (detail["job"], detail["status"], detail["counts"]) == ("probe", "succeeded", {"succeeded": 1})
