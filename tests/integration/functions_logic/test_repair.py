"""Runs whose execution ended without recording it: by the event of its end, by the sweep, and on request."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
import pytest
from backroom import lease
from backroom.errors import RunStillActiveError, UnknownRunError
from backroom.recording.repair import PATIENCE, Looked, ReconcileRequest, Repair
from backroom.records import RunRecord
from backroom.words import CheckpointState, Outcome, RunStatus
from botocore.exceptions import ClientError

from tests.integration.functions_logic.conftest import JOB, RUN, World, report

ARN = "arn:aws:states:eu-central-1:123456789012:execution:backroom-run_job:"
OTHER = "image_resize-20261127T040000Z-0b2c"


@dataclass
class FakeExecutions:
    """Step Functions, as far as it is asked for executions: their statuses, each the last of what it says in turn."""

    statuses: dict[str, list[str]] = field(default_factory=dict)
    refuse: str = ""

    def describe_execution(self, executionArn: str) -> dict[str, str]:  # noqa: N803
        name = executionArn.removeprefix(ARN)
        if name == self.refuse:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, "DescribeExecution")
        if name not in self.statuses:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "DescribeExecution")
        said = self.statuses[name]
        return {"status": said.pop(0) if len(said) > 1 else said[0]}


@dataclass
class Scene:
    """A world with executions."""

    world: World
    executions: FakeExecutions = field(default_factory=FakeExecutions)
    waited: float = 0.0

    def wait(self, seconds: float) -> None:
        self.waited += seconds

    def began(self, run: str = RUN, images: int = 4, status: str = "RUNNING", **more: Any) -> dict[str, Any]:
        """Plan a run of a tenant with this many images, two a portion."""
        if not any(known["tenant"] == "acme" for known in self.world.tenants.scan()["Items"]):
            self.world.tenant("acme", images)
        self.executions.statuses[more.get("name", run)] = [status]
        return self.world.plan(run=run, execution_arn=f"{ARN}{more.get('name', run)}")

    def reconcile(self, **asked: Any) -> list[Looked]:
        sfn: Any = self.executions
        repair = Repair(self.world.deployment, sfn, self.wait)
        return repair.answer(ReconcileRequest.model_validate(asked), self.world.now)

    def told(self, status: str, name: str = RUN, given: Any = None) -> list[Looked]:
        """Let the event of an execution's end come."""
        self.executions.statuses[name] = [status]
        detail = {"executionArn": f"{ARN}{name}", "name": name, "status": status, "input": orjson.dumps(given).decode()}
        return self.reconcile(source="aws.states", detail=detail)

    def run(self, run: str = RUN) -> RunRecord:
        return self.world.deployment.runs.get(run)

    def outcomes(self, run: str = RUN) -> dict[int, Outcome]:
        return {record.portion: record.outcome for record in self.world.deployment.runs.portions(run)}

    def checkpoint(self, portion: int) -> CheckpointState:
        return CheckpointState(orjson.loads(self.world.read(self.world.layout.checkpoint(portion)))["state"])


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def test_a_run_that_was_stopped_says_so_and_leaves_nothing_running(scene: Scene) -> None:
    scene.began()
    scene.world.result(scene.world.manifest()[0])
    scene.world.batch.submitted = [
        {"jobName": f"{RUN}-w1-0", "jobId": "one", "status": "RUNNING"},
        {"jobName": f"{RUN}-w1-9", "jobId": "two", "status": "SUCCEEDED"},
    ]
    (looked,) = scene.told("ABORTED")
    assert (looked.run, looked.status, looked.repaired) == (RUN, RunStatus.ABORTED, True)
    assert scene.run().status is RunStatus.ABORTED
    assert scene.outcomes() == {0: Outcome.SUCCEEDED, 1: Outcome.CANCELLED}
    assert scene.checkpoint(1) is CheckpointState.CANCELLED
    assert scene.world.batch.terminated == {"one": f"run {RUN} has ended: aborted"}
    assert scene.told("ABORTED") == []
    assert scene.world.plan(run=OTHER)["held"] is None, "its lease was given back"


def test_a_run_that_ended_otherwise_without_a_record_is_judged_by_what_is_there(scene: Scene) -> None:
    scene.began()
    (looked,) = scene.told("TIMED_OUT")
    assert (looked.status, scene.run().status) == (RunStatus.TIMED_OUT, RunStatus.TIMED_OUT)
    assert set(scene.outcomes().values()) == {Outcome.LOST}
    assert scene.checkpoint(0) is CheckpointState.FAILED


def test_what_the_machine_has_recorded_itself_stands(scene: Scene) -> None:
    planned = scene.began()
    for portion in scene.world.manifest():
        scene.world.result(portion)
    scene.world.record(planned)
    assert scene.told("FAILED") == []
    assert scene.reconcile() == []
    assert scene.reconcile(run=RUN, settle=True) == [Looked(RUN, RunStatus.SUCCEEDED, scene.run().message)]


def test_an_execution_that_never_got_to_its_plan_or_is_not_the_runs_own_changes_nothing(scene: Scene) -> None:
    assert scene.told("FAILED") == []
    scene.began()
    assert scene.told("FAILED", name="second", given={"job": JOB, "run": RUN}) == []
    assert scene.told("FAILED", name="5d0c3f3a-uuid", given={"job": JOB}) == []
    assert scene.run().goes_on


def test_the_run_of_a_schedule_is_found_by_its_execution(scene: Scene) -> None:
    scene.began(name="5d0c3f3a-uuid")
    (looked,) = scene.told("ABORTED", name="5d0c3f3a-uuid", given={"job": JOB, "slot": "2026-11-27T03:00:00Z"})
    assert (looked.run, looked.repaired) == (RUN, True)


def test_the_sweep_repairs_what_no_event_told_of_and_keeps_the_lease_of_what_runs(scene: Scene) -> None:
    scene.began()
    scene.world.now += timedelta(minutes=50)
    assert scene.reconcile() == [Looked(RUN, RunStatus.RUNNING, scene.run().message)]
    scene.world.now += timedelta(minutes=50)
    assert scene.world.plan(run=OTHER)["held"] is not None
    scene.executions.statuses[RUN] = ["FAILED"]
    (looked,) = scene.reconcile(source="aws.scheduler", detail={})
    assert (looked.status, looked.repaired) == (RunStatus.FAILED, True)
    assert scene.reconcile() == []


def test_a_run_whose_execution_is_unknown_is_given_up_when_it_was_silent_for_as_long_as_a_lease_lasts(
    scene: Scene,
) -> None:
    scene.began()
    scene.executions.statuses.clear()
    scene.world.now += lease.LASTS - timedelta(minutes=5)
    assert [looked.repaired for looked in scene.reconcile()] == [False]
    scene.world.now += timedelta(minutes=10)
    assert [(looked.repaired, looked.status) for looked in scene.reconcile()] == [(True, RunStatus.FAILED)]


def test_what_goes_wrong_with_one_run_holds_up_no_other(scene: Scene) -> None:
    scene.began(status="FAILED")
    scene.world.now += lease.LASTS
    scene.began(OTHER, status="FAILED")
    scene.executions.refuse = RUN
    looked = {one.run: one for one in scene.reconcile()}
    assert looked[OTHER].repaired
    assert not looked[RUN].repaired
    assert "ThrottlingException" in str(looked[RUN].error)


def test_settling_waits_for_a_stop_that_step_functions_does_not_know_of_yet(scene: Scene) -> None:
    scene.began()
    with pytest.raises(RunStillActiveError, match="backroom cancel"):
        scene.reconcile(run=RUN, settle=True)
    scene.executions.statuses[RUN] = ["RUNNING", "RUNNING", "ABORTED"]
    (looked,) = scene.reconcile(run=RUN, settle=True, cancelled=True)
    assert (looked.status, scene.waited) == (RunStatus.ABORTED, 2.0)
    assert set(scene.outcomes().values()) == {Outcome.CANCELLED}


def test_settling_does_not_wait_for_ever_and_names_what_there_is_not(scene: Scene) -> None:
    scene.began()
    with pytest.raises(RunStillActiveError):
        scene.reconcile(run=RUN, settle=True, cancelled=True)
    assert scene.waited == PATIENCE
    with pytest.raises(UnknownRunError):
        scene.reconcile(run=OTHER, settle=True)


def test_a_portion_that_was_sealed_before_its_run_was_stopped_has_succeeded(scene: Scene) -> None:
    scene.began()
    (portion, _) = scene.world.manifest()
    sealed = {"portion": 0, "wave": 1, "attempt": 1, "state": "sealed", "result": report(portion, 1)}
    scene.world.put(scene.world.layout.checkpoint(0), orjson.dumps(sealed))
    scene.told("ABORTED")
    assert scene.outcomes() == {0: Outcome.SUCCEEDED, 1: Outcome.CANCELLED}
    assert orjson.loads(scene.world.read(scene.world.layout.result(0))) == sealed["result"]
