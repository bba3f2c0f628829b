"""A planner that runs as a Batch job: what it plans, how it fails, what becomes of it when it is killed or stopped."""

import re

import orjson
import pytest
from backroom.layout import RunLayout
from backroom.words import RunStatus

from tests.e2e.command_line import CommandLine, clean_environment
from tests.e2e.stage import Ended, Stage
from tests.e2e.test_machine import eventually, written

pytestmark = pytest.mark.long

ITEMS = ["later-1", "ok-1", "ok-2"]


@pytest.fixture(scope="module")
def backroom(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    folder = tmp_path_factory.mktemp("planning")
    return CommandLine(clean_environment(AWS_ENDPOINT_URL=stage.twin.endpoint_url), folder)


def read(stage: Stage, key: str) -> bytes:
    found = stage.twin.client("s3").get_object(Bucket=stage.twin.outputs["RunsBucketName"], Key=key)
    body: bytes = found["Body"].read()
    return body


def planned(stage: Stage, run: Ended, wave: int) -> tuple[list[bytes], bytes]:
    """Give the lines of a wave's manifest and its index; what names job, run and definition, as of one called RUN."""
    job = run.run.partition("-")[0]
    layout = RunLayout(job, run.run)
    *lines, plan = read(stage, layout.manifest(wave)).splitlines()
    assert orjson.loads(plan)["plan"] == orjson.loads(read(stage, layout.plan(wave)))
    plan = plan.replace(run.run.encode(), b"RUN").replace(f'"{job}"'.encode(), b'"JOB"')
    # How often other tests have registered a definition is no matter of who plans.
    plan = re.sub(rf"backroom-{job}:[0-9]+".encode(), b"backroom-JOB", plan)
    return [*lines, plan], read(stage, layout.index(wave))


def tenant_to_wait_for(stage: Stage) -> str:
    """Enter a tenant whom the planner does not get done with."""
    tenant = stage.tenant()
    stage.twin.client("s3").put_object(Bucket=f"backroom-{tenant}", Key="wait", Body=b"")
    return tenant


def job_names(stage: Stage, run: str) -> list[str]:
    return [job["jobName"].removeprefix(f"{run}-") for job in stage.batch_jobs(run)]


def test_it_plans_every_wave_as_the_function_does(stage: Stage) -> None:
    tenant, params = stage.tenant(), {"items": ITEMS}
    # In this order: of what both write, that of the run with the greater name stands.
    by_batch, by_function = (stage.run(job, tenants=[tenant], params=params) for job in ("ponder", "probe"))
    assert [by_function.status, by_batch.status] == ["SUCCEEDED"] * 2, by_batch.cause
    for wave in (1, 2):
        assert planned(stage, by_batch, wave) == planned(stage, by_function, wave)
    assert job_names(stage, by_batch.run) == ["w1-0", "w1-plan", "w2-0", "w2-plan"]
    assert job_names(stage, by_function.run) == ["w1-0", "w2-0"]
    assert by_batch.record is not None
    assert by_function.record is not None
    assert by_batch.record.counts == by_function.record.counts == {"succeeded": 3}
    assert [portion.portion for portion in by_batch.portions] == [0, 1, 2]


def test_its_error_is_recorded_by_its_name_and_nothing_is_submitted(stage: Stage, backroom: CommandLine) -> None:
    ended = stage.run("ponder", tenants=[stage.tenant()], params={"items": ["dear-1"]})
    assert (ended.status, ended.error) == ("FAILED", "PlanFailed")
    assert ended.record is not None
    assert ended.record.message.startswith("BudgetExceededError: ")
    (job,) = stage.batch_jobs(ended.run)
    assert [attempt["container"]["exitCode"] for attempt in job["attempts"]] == [65], "another attempt does no better"
    assert backroom.json("why", ended.run)["reason"] == "over_budget"
    log = backroom("logs", ended.run, "--plan").stdout
    assert "is to be planned by a Batch job" in log, "the function's"
    assert "not planned" in log, "the container's"


def test_one_that_is_killed_is_tried_again_and_nothing_is_planned_twice(stage: Stage, backroom: CommandLine) -> None:
    tenant, s3 = tenant_to_wait_for(stage), stage.twin.client("s3")
    run, execution = stage.start("ponder", tenants=[tenant], params={"items": ["ok-1"]})

    def attempt() -> int:
        """Give the number of the attempt that runs."""
        (job,) = stage.batch_jobs(run) or [{"status": "", "attempts": []}]
        return len(job["attempts"]) + 1 if job["status"] == "RUNNING" else 0

    eventually(lambda: attempt() == 1, "the planner does not run")
    assert backroom.json("why", run)["sentence"] == f"{run} is being planned by a Batch job, which is RUNNING."
    stage.fault(kind="host_failure", job=stage.batch_jobs(run)[0]["jobId"])
    eventually(lambda: attempt() == 2, "the planner is not tried again")
    s3.delete_object(Bucket=f"backroom-{tenant}", Key="wait")
    assert stage.finish(run, execution).status == "SUCCEEDED"
    assert written(stage, tenant) == ["ok-1"]
    bucket, layout = stage.twin.outputs["RunsBucketName"], RunLayout("ponder", run)
    versions = s3.list_object_versions(Bucket=bucket, Prefix=layout.manifest(1))["Versions"]
    assert len(versions) == 1


def test_a_run_that_is_cancelled_ends_its_planner(stage: Stage, backroom: CommandLine) -> None:
    run, _ = stage.start("ponder", tenants=[tenant_to_wait_for(stage)], params={"items": ["ok-1"]})
    eventually(lambda: [job["status"] for job in stage.batch_jobs(run)] == ["RUNNING"], "the planner does not run")
    assert backroom.json("cancel", run)["run"]["status"] == RunStatus.ABORTED
    eventually(lambda: [job["status"] for job in stage.batch_jobs(run)] == ["FAILED"], "the planner goes on")
    (job,) = stage.batch_jobs(run)
    assert len(job["attempts"]) == 1
    assert job["isTerminated"]
