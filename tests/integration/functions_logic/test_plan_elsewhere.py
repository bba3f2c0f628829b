"""A planner that runs as a Batch job: what PlanFunction says before and after, and what the container leaves."""

import json
from typing import Any

import orjson
import pytest
from backroom.errors import (
    JobNotDeployedError,
    LeaseLostError,
    ManifestMissingError,
    PlanFailedError,
    RunEndedError,
    UnknownTenantError,
    error_named,
)
from backroom.manifest.closing import close_plan
from backroom.planning.elsewhere import as_raised, in_words
from backroom.planning.in_batch import exit_code, plan_in_batch
from backroom.planning.request import Failure
from backroom.words import ExitCode, Outcome
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.integration.functions_logic.conftest import DEFINITION, JOB, RUN, World

KEY = f"runs/{JOB}/{RUN}/plan-request.json"
FAILED: dict[str, Any] = {"Error": "States.TaskFailed", "Cause": json.dumps({"Container": {"ExitCode": 137}})}


@pytest.fixture
def elsewhere(world: World) -> World:
    """A world whose job is planned by a Batch job."""
    batch = world.batch.definitions
    batch.register_job_definition(**DEFINITION | {"parameters": DEFINITION["parameters"] | {"planner": "batch"}})
    batch.register_job_definition(**DEFINITION | {"jobDefinitionName": "backroom-plan", "parameters": {}})
    world.tenant("acme", 3)
    return world


def test_the_wave_is_handed_over_then_planned_and_then_answered(elsewhere: World) -> None:
    first = elsewhere.plan(params={"quality": 70}, slot="s")
    assert first["elsewhere"] == {
        "definition": "arn:aws:batch:eu-central-1:123456789012:job-definition/backroom-plan:1",
        "queue": "arn:queue",
        "request": KEY,
    }
    assert (first["portions"], first["arrays"]) == (0, [])
    assert elsewhere.plan(params={"quality": 70}, slot="s") == first, "a repetition answers the same"
    assert plan_in_batch(KEY, elsewhere.deployment) is ExitCode.DONE
    written = elsewhere.read(elsewhere.layout.manifest(1))
    assert plan_in_batch(KEY, elsewhere.deployment) is ExitCode.DONE, "an attempt too many finds it done"
    assert elsewhere.read(elsewhere.layout.manifest(1)) == written
    answer = elsewhere.plan(planned=True)
    assert (answer["portions"], answer["elsewhere"], len(answer["arrays"])) == (2, None, 1)
    assert {line["params"]["quality"] for line in elsewhere.manifest()} == {70}


def test_a_later_wave_is_handed_over_as_the_run_began(elsewhere: World) -> None:
    elsewhere.plan()
    plan_in_batch(KEY, elsewhere.deployment)
    planned = elsewhere.plan(planned=True)
    elsewhere.batch.definitions.register_job_definition(**DEFINITION)  # deployed since, without the parameter
    elsewhere.result(elsewhere.manifest()[0])
    assert elsewhere.record(planned).counts == {Outcome.SUCCEEDED: 1, Outcome.LOST: 1}
    again = elsewhere.plan(wave=2, again=True)
    assert again["elsewhere"]["request"] == KEY.replace("plan-request", "waves/2/plan-request")
    assert again["definition"] == planned["definition"]
    assert plan_in_batch(again["elsewhere"]["request"], elsewhere.deployment) is ExitCode.DONE
    assert elsewhere.plan(wave=2, again=True, planned=True)["portions"] == 1


def test_an_error_in_batch_is_raised_by_its_name(elsewhere: World) -> None:
    elsewhere.plan(tenants=["acne"])
    assert plan_in_batch(KEY, elsewhere.deployment) is ExitCode.BAD_DATA
    with pytest.raises(UnknownTenantError, match="did you mean acme"):
        elsewhere.plan(tenants=["acne"], planned=True, failure=FAILED)


def test_a_batch_job_that_left_nothing_is_told_in_batchs_words(elsewhere: World) -> None:
    elsewhere.plan()
    with pytest.raises(PlanFailedError, match=f"{RUN}-w1-plan has planned nothing: exit code 137; `backroom logs"):
        elsewhere.plan(planned=True, failure=FAILED)
    with pytest.raises(ManifestMissingError, match="plan-request"):
        plan_in_batch(KEY.replace(RUN, "other"), elsewhere.deployment)


def test_an_attempt_that_is_killed_does_not_end_by_what_an_earlier_one_left(
    elsewhere: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing is left behind by SIGKILL."""

    def kill(*_: object) -> None:
        raise Killed

    elsewhere.plan(tenants=["acne"])
    plan_in_batch(KEY, elsewhere.deployment)
    monkeypatch.setattr("backroom.planning.in_batch.write_wave", kill)
    with pytest.raises(Killed):
        plan_in_batch(KEY, elsewhere.deployment)
    with pytest.raises(PlanFailedError, match=r"memory|137"):
        elsewhere.plan(tenants=["acne"], planned=True, failure=FAILED)


def test_what_it_planned_counts_though_the_batch_job_failed(elsewhere: World) -> None:
    elsewhere.plan()
    plan_in_batch(KEY, elsewhere.deployment)
    assert elsewhere.plan(planned=True, failure=FAILED)["portions"] == 2


def test_a_run_that_ended_meanwhile_is_not_planned_any_more(elsewhere: World) -> None:
    elsewhere.plan()
    close_plan(elsewhere.s3, "backroom-runs", elsewhere.layout, 1)
    assert plan_in_batch(KEY, elsewhere.deployment) is ExitCode.DONE
    with pytest.raises(RunEndedError):
        elsewhere.plan(planned=True)


def test_without_a_definition_for_planners_nothing_is_handed_over(world: World) -> None:
    row = DEFINITION["parameters"] | {"planner": "batch"}
    world.batch.definitions.register_job_definition(**DEFINITION | {"parameters": row})
    with pytest.raises(JobNotDeployedError, match="backroom-plan"):
        world.plan()
    assert world.plan(dry_run=True, run=None)["portions"] == 0, "a dry run is the function's"


def test_a_bug_in_a_planner_is_left_too(elsewhere: World, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere.plan()
    monkeypatch.setattr("backroom.planning.in_batch.write_wave", lambda *_: DEFINITION["missing"])
    assert plan_in_batch(KEY, elsewhere.deployment) is ExitCode.BUG
    left = orjson.loads(elsewhere.read(elsewhere.layout.plan_error(1)))
    assert left == {"error": "KeyError", "message": "'missing'"}
    with pytest.raises(PlanFailedError, match="KeyError: 'missing'"):
        elsewhere.plan(planned=True, failure=FAILED)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LeaseLostError("x"), ExitCode.BAD_DATA),
        (EndpointConnectionError(endpoint_url="https://s3"), ExitCode.TRY_AGAIN),
        (ClientError({"Error": {}, "ResponseMetadata": {"HTTPStatusCode": 503}}, "PutObject"), ExitCode.TRY_AGAIN),  # type: ignore[typeddict-item]
        (ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject"), ExitCode.BUG),
        (TypeError("x"), ExitCode.BUG),
    ],
)
def test_another_attempt_is_made_after_outages_only(error: Exception, code: ExitCode) -> None:
    assert exit_code(error) is code


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (None, "it ended well, but there is no plan"),
        (Failure(error="Batch.ClientException", cause="no such queue"), "Batch.ClientException: no such queue"),
        (Failure(cause='{"StatusReason": "Host EC2 (i-1) terminated.", "Jo'), "Host EC2 (i-1) terminated."),
        (
            Failure(
                cause='{"Container": {"ExitCode": 137, "Reason": "OutOfMemoryError: x"}, "StatusReason": "Essential"}'
            ),
            "exit code 137, OutOfMemoryError: x, Essential",
        ),
    ],
)
def test_a_failure_in_words(failure: Failure | None, words: str) -> None:
    assert in_words(failure) == words


@pytest.mark.parametrize("name", ["ValueError", "error_named", "", "BackroomErrors"])
def test_only_errors_of_ours_are_raised_by_name(name: str) -> None:
    assert error_named(name) is None
    assert isinstance(as_raised(name, "x"), PlanFailedError)
