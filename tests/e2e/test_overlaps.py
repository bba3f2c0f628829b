"""A run that begins while another one of its job goes on, through the machine."""

from collections.abc import Iterator
from contextlib import contextmanager

from backroom.words import RunStatus

from tests.e2e.stage import Stage
from tests.e2e.test_machine import eventually


@contextmanager
def overlap(stage: Stage, policy: str) -> Iterator[None]:
    """Deploy the test job with this policy, and afterwards as it was."""
    batch = stage.twin.client("batch")
    found = batch.describe_job_definitions(jobDefinitionName="backroom-probe", status="ACTIVE")["jobDefinitions"]
    kept = ("jobDefinitionName", "type", "parameters", "containerProperties", "retryStrategy", "timeout")
    latest = max(found, key=lambda definition: definition["revision"])
    was = {name: latest[name] for name in kept if name in latest}
    row = {"overlap": policy, "backoff_seconds": "1"}
    batch.register_job_definition(**was | {"parameters": was["parameters"] | row})
    try:
        yield
    finally:
        batch.register_job_definition(**was)


def begin(stage: Stage, *items: str) -> tuple[str, str]:
    """Start a run and wait until it has its plan."""
    run, execution = stage.start("probe", tenants=[stage.tenant()], params={"items": items})
    eventually(lambda: any(one.run == run and one.manifest for one in stage.runs.latest("probe", 100)), "a plan", 120)
    return run, execution


def stop(stage: Stage, run: str, execution: str) -> None:
    """Stop a run and wait until that is recorded."""
    stage.twin.client("stepfunctions").stop_execution(executionArn=execution)
    eventually(lambda: stage.runs.get(run).status is RunStatus.ABORTED, "the run is recorded as aborted", 120)


def test_a_run_is_skipped_while_another_goes_on(stage: Stage) -> None:
    with overlap(stage, "skip"):
        first, execution = begin(stage, "hang-1")
        skipped = stage.run(tenants=[stage.tenant()], params={"items": ["ok-1"]})
        stop(stage, first, execution)
        done = stage.run(tenants=[stage.tenant()], params={"items": ["ok-1"]})
    assert (skipped.status, skipped.output["status"]) == ("SUCCEEDED", "skipped")
    assert skipped.output["message"] == f"skipped: run {first} of the job goes on"
    assert skipped.record is not None
    assert (skipped.record.status, skipped.record.message) == (RunStatus.SKIPPED, skipped.output["message"])
    assert stage.batch_jobs(skipped.run) == []
    assert done.output["status"] == "succeeded"


def test_a_queued_run_goes_on_when_the_other_has_ended(stage: Stage) -> None:
    with overlap(stage, "queue"):
        first, execution = begin(stage, "hang-1")
        second, waiting = stage.start("probe", tenants=[stage.tenant()], params={"items": ["ok-1"]})
        eventually(lambda: waits_for(stage, second, first), "the second waits", 120)
        assert stage.batch_jobs(second) == []
        stop(stage, first, execution)
        ended = stage.finish(second, waiting)
    assert (ended.status, ended.output["status"]) == ("SUCCEEDED", "succeeded")
    assert ended.record is not None
    assert ended.record.status is RunStatus.SUCCEEDED


def waits_for(stage: Stage, run: str, other: str) -> bool:
    known = [record for record in stage.runs.latest("probe", 100) if record.run == run]
    return bool(known and known[0].goes_on and other in known[0].message)
