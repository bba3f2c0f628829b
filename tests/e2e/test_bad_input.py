"""Bad input: one clear error that names the thing, a record of it, and nobody else's work lost."""

import pytest
from backroom.layout import RunLayout
from backroom.words import RunStatus

from tests.e2e.stage import Stage
from tests.e2e.test_machine import eventually, written


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"job": 17},
        {"job": "Image-Resize"},
        {"job": "probe", "run": "yesterday"},
        {"job": "probe", "slot": ""},
    ],
)
def test_input_that_names_no_job_is_refused_with_the_right_form(stage: Stage, given: dict[str, object]) -> None:
    ended = stage.twin.run(stage.twin.outputs["RunJobArn"], given)
    assert (ended["status"], ended["error"]) == ("FAILED", "InvalidRequestError")
    assert '{"job": "image_resize"}' in ended["cause"]


def test_unknown_tenant_is_named_with_the_nearest(stage: Stage) -> None:
    stage.tenant("acme")
    ended = stage.run(tenants=["acne"], params={"count": 1})
    assert (ended.status, ended.error) == ("FAILED", "PlanFailed")
    assert "acne" in ended.cause
    assert "acme" in ended.cause
    assert stage.runs.get(ended.run).status is RunStatus.FAILED


def test_parameters_that_the_job_does_not_know_are_named(stage: Stage) -> None:
    ended = stage.run(tenants=[stage.tenant()], params={"colour": "blue"})
    assert (ended.status, ended.error) == ("FAILED", "PlanFailed")
    assert "colour" in ended.cause


def test_tenant_without_bucket_is_left_out_and_others_go_on(stage: Stage) -> None:
    good, bad = stage.tenant(), stage.tenant()
    stage.twin.client("s3").delete_bucket(Bucket=f"backroom-{bad}")
    ended = stage.run(tenants=[good, bad], params={"count": 1})
    assert ended.status == "SUCCEEDED", ended.cause
    assert written(stage, good) == ["ok-000000"]
    assert ended.record is not None
    assert (ended.record.tenants_planned, ended.record.tenants_skipped) == (1, 1)


def test_broken_tenant_is_left_out_and_others_go_on(stage: Stage) -> None:
    good, bad = stage.tenant(), stage.tenant(enabled="perhaps, some day")
    ended = stage.run(tenants=[good, bad], params={"count": 1})
    assert ended.status == "SUCCEEDED", ended.cause
    assert written(stage, good) == ["ok-000000"]
    assert ended.record is not None
    assert ended.record.tenants_skipped == 1


@pytest.mark.parametrize("harm", ["lost", "cut"])
def test_manifest_that_is_lost_or_cut_is_named(stage: Stage, harm: str) -> None:
    run, execution = stage.start("probe", tenants=[stage.tenant()], params={"items": ["hang-1"]})
    s3, bucket, key = stage.twin.client("s3"), stage.twin.outputs["RunsBucketName"], RunLayout("probe", run).index(1)
    eventually(lambda: [job["status"] for job in stage.batch_jobs(run)] == ["RUNNING"], "the container runs")
    s3.delete_object(Bucket=bucket, Key=key)
    if harm == "cut":
        s3.put_object(Bucket=bucket, Key=key, Body=b"cut", Metadata={"count": "1", "sha256": "0", "schema": "1"})
    (job,) = stage.batch_jobs(run)
    stage.twin.client("batch").terminate_job(jobId=job["jobId"], reason="enough of hanging")
    ended = stage.finish(run, execution)
    assert ended.status == "FAILED"
    assert key in ended.cause
    record = stage.runs.get(run)
    assert (record.status, record.message) == (RunStatus.FAILED, ended.cause)
