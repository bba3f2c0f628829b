"""A run that is stopped and resumed, through the state machine."""

from backroom.words import Outcome, RunStatus

from tests.e2e.stage import Stage
from tests.e2e.test_machine import eventually


def tokens(stage: Stage, tenant: str) -> dict[str, str]:
    """Which run, wave and attempt wrote each of a tenant's outputs last."""
    s3, bucket = stage.twin.client("s3"), f"backroom-{tenant}"
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix="probed/").get("Contents", [])]
    return {key: s3.head_object(Bucket=bucket, Key=key)["Metadata"]["backroom-token"] for key in keys}


def test_a_stopped_run_is_picked_up_where_it_left_off(stage: Stage) -> None:
    tenant, items = stage.tenant(), ["ok-1", "ok-2", "paused-1", "paused-2"]
    run, execution = stage.start("probe", tenants=[tenant], params={"items": items})
    eventually(lambda: len(tokens(stage, tenant)) == 2, "two portions have done their work", 120)
    early = stage.run("probe", resume=run)
    assert (early.status, early.error) == ("FAILED", "PlanFailed")
    assert f"RunStillActiveError: run '{run}' goes on" in early.cause

    stage.twin.client("stepfunctions").stop_execution(executionArn=execution, error="Operator", cause="enough")
    stage.twin.wait(execution)
    before = tokens(stage, tenant)
    resumed = stage.run("probe", resume=run)

    assert resumed.status == "SUCCEEDED", resumed.cause
    first, second = stage.runs.get(run), stage.runs.get(resumed.run)
    assert (first.status, first.resumed_by) == (RunStatus.ABORTED, resumed.run)
    assert (second.status, second.resumes, second.portions) == (RunStatus.SUCCEEDED, run, 2)
    assert {record.portion: record.outcome for record in resumed.portions} == dict.fromkeys((2, 3), Outcome.SUCCEEDED)
    after = tokens(stage, tenant)
    assert sorted(after) == [f"probed/{item}" for item in items]
    assert {key: after[key] for key in before} == before, "what was done is not done again"

    nothing = stage.run("probe", resume=resumed.run)
    assert (nothing.status, nothing.error) == ("FAILED", "PlanFailed")
    assert "NothingToResumeError: nothing to resume: all 2 portions" in nothing.cause
    twice = stage.run("probe", resume=run)
    assert f"was resumed by run '{resumed.run}'; resume that one" in twice.cause
