"""What the recorder does when a plan failed, or a manifest or a result is gone or spoilt."""

from typing import Any

import pytest
from backroom.words import Outcome, RunStatus

from tests.integration.functions_logic.conftest import JOB, RUN, World


def test_a_run_whose_plan_failed_is_recorded_with_the_reason(world: World) -> None:
    cause = '{"errorMessage": "there is no job \'x\'", "errorType": "UnknownJobError"}'
    told = {"wave": 1, "run": RUN, "arrays": []}
    answer = world.record(told, error={"Error": "UnknownJobError", "Cause": cause})
    assert (answer.status, answer.again) == (RunStatus.FAILED, False)
    run = world.deployment.runs.get(RUN)
    assert (run.status, run.message) == (RunStatus.FAILED, "UnknownJobError: there is no job 'x'")
    assert world.deployment.runs.latest(JOB) == [run]


@pytest.mark.parametrize("harm", ["index gone", "manifest gone", "line changed", "index short", "other schema"])
def test_a_manifest_that_is_gone_or_spoilt_fails_the_run_by_name(world: World, harm: str) -> None:
    world.tenant("acme", 4)
    planned = world.plan()
    spoil(world, harm)
    answer = world.record(planned)
    assert (answer.status, answer.again) == (RunStatus.FAILED, False)
    assert "Manifest" in answer.message
    assert world.layout.prefix in answer.message
    assert world.deployment.runs.get(RUN).message == answer.message


def spoil(world: World, harm: str) -> None:
    index, manifest = world.layout.index(1), world.layout.manifest(1)
    body, metadata = world.read(index), {"count": "2", "schema": "2", "sha256": "0" * 64}
    put: Any = world.s3.put_object
    match harm:
        case "index gone":
            world.s3.delete_object(Bucket="backroom-runs", Key=index)
        case "manifest gone":
            world.s3.delete_object(Bucket="backroom-runs", Key=manifest)
        case "line changed":
            world.put(manifest, world.read(manifest).replace(b"000.jpg", b"999.jpg"))
        case "index short":
            put(Bucket="backroom-runs", Key=index, Body=body[:-3], Metadata=metadata)
        case "other schema":
            put(Bucket="backroom-runs", Key=index, Body=body, Metadata=metadata | {"schema": "1"})


def test_a_result_that_is_none_fails_its_portion_and_no_other(world: World) -> None:
    world.tenant("acme", 4)
    planned = world.plan()
    world.result(world.manifest()[0])
    world.put(world.layout.result(1), b"{")
    world.record(planned)
    outcomes = [record.outcome for record in world.deployment.runs.portions(RUN)]
    assert outcomes == [Outcome.SUCCEEDED, Outcome.FAILED]
