"""Whatever was going on when a run ended: each portion gets its outcome, and nothing of it changes any more."""

from typing import Any

import orjson
import pytest
from backroom import lease
from backroom.errors import RunEndedError
from backroom.manifest.writer import ManifestWriter
from backroom.words import Cause, Outcome, RunStatus

from tests.integration.functions_logic.conftest import JOB, RUN, World, ended, report
from tests.integration.functions_logic.ends import checkpoint, finish, in_the_middle, outcomes, save
from tests.integration.functions_logic.test_record import keyed
from tests.integration.functions_logic.waves import position


@pytest.mark.parametrize(
    ("told", "status", "unfinished", "said"),
    [
        ({"ended": "ABORTED"}, RunStatus.ABORTED, Outcome.CANCELLED, "the run was stopped; 3 of 5 portions failed"),
        ({"ended": "FAILED", "cancelled": True}, RunStatus.ABORTED, Outcome.CANCELLED, "the run was stopped; 3 of 5"),
        ({"ended": "TIMED_OUT"}, RunStatus.TIMED_OUT, Outcome.LOST, "the execution timed out; 3 of 5"),
        ({"ended": "FAILED"}, RunStatus.FAILED, Outcome.LOST, "the execution failed; 3 of 5"),
        ({"error": {"Error": "States.Timeout", "Cause": ""}}, RunStatus.FAILED, Outcome.LOST, "States.Timeout; 3 of 5"),
    ],
)
def test_an_end_in_the_middle_gives_every_portion_its_outcome_and_closes_it(
    world: World, told: dict[str, Any], status: RunStatus, unfinished: Outcome, said: str
) -> None:
    in_the_middle(world)
    answer = finish(world, **told)
    assert (answer.status, answer.again) == (status, False)
    assert answer.message.startswith(said)
    records = {record.portion: record for record in world.deployment.runs.portions(RUN)}
    assert [records[number].outcome for number in range(5)] == [
        Outcome.SUCCEEDED,
        Outcome.SUCCEEDED,
        Outcome.FAILED,
        unfinished,
        unfinished,
    ]
    assert orjson.loads(world.read(world.layout.result(1)))["outcome"] == "succeeded"
    state = "cancelled" if unfinished is Outcome.CANCELLED else "failed"
    assert [checkpoint(world, number)["state"] for number in (2, 3, 4)] == ["failed", state, state]
    assert (checkpoint(world, 3)["done"], records[3].unfinished) == ([0], 1)
    run = world.deployment.runs.get(RUN)
    assert (run.status, run.message, run.counts[Outcome.SUCCEEDED]) == (status, answer.message, 2)
    assert lease.renew(world.deployment.runs, JOB, RUN, world.now) is False
    # What a portion that did not succeed had done is not done again.
    assert world.plan(run="image_resize-20261128T030000Z-0a1b")["items"] == 10 - 4 - 1


def test_whatever_is_repeated_after_the_end_changes_nothing(world: World) -> None:
    in_the_middle(world)
    first = finish(world, ended="TIMED_OUT")
    before = keyed(world.runs.scan()["Items"])
    world.batch.children, world.batch.submitted = {}, []
    assert finish(world, ended="TIMED_OUT") == first
    late = finish(world, ended="ABORTED", cancelled=True)
    assert (late.status, late.message) == (RunStatus.TIMED_OUT, first.message)
    machines = finish(world, arrays=[{"offset": 0, "size": 5, "batch_job_id": "parent"}])
    assert (machines.status, machines.again, machines.message) == (RunStatus.TIMED_OUT, False, first.message)
    assert keyed(world.runs.scan()["Items"]) == before


def test_a_run_that_ended_before_it_was_planned_is_never_planned(world: World) -> None:
    world.tenant("acme", 2)
    answer = finish(world, error={"Error": "States.Timeout", "Cause": ""})
    assert (answer.status, answer.message, answer.counts) == (RunStatus.FAILED, "States.Timeout", {})
    with pytest.raises(RunEndedError, match="resume the run"):
        world.plan()
    assert world.read(world.layout.index(1)) == b""
    assert world.deployment.runs.get(RUN).status is RunStatus.FAILED
    assert finish(world, ended="ABORTED").status is RunStatus.FAILED


def test_a_planner_that_was_at_work_when_its_run_ended_starts_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.tenant("acme", 2)
    original = ManifestWriter.finish

    def late(writer: ManifestWriter, plan: dict[str, Any]) -> None:
        finish(world, ended="ABORTED")
        original(writer, plan)

    monkeypatch.setattr(ManifestWriter, "finish", late)
    with pytest.raises(RunEndedError):
        world.plan()
    monkeypatch.undo()
    assert world.read(world.layout.index(1)) == b""
    assert finish(world, ended="ABORTED").counts == {}
    assert world.deployment.runs.get(RUN).status is RunStatus.ABORTED
    # Its lines are there, and count for nothing: a run that resumes it plans anew.
    assert len(world.manifest()) == 1
    resumed = world.plan(run="image_resize-20261128T030000Z-0a1b", resume=RUN)
    assert (resumed["portions"], resumed["items"]) == (1, 2)


def test_an_end_between_two_waves_keeps_what_was_recorded_and_closes_what_was_left_open(world: World) -> None:
    world.tenant("acme", 4)
    planned = world.plan()
    world.result(world.manifest()[0])
    world.batch.children = {position(world, 1): ended(75)}
    assert world.record(planned).again
    assert (checkpoint(world, 1)["state"], checkpoint(world, 1)["wave"]) == ("open", 2)
    answer = finish(world, ended="ABORTED")
    assert (answer.status, answer.again) == (RunStatus.ABORTED, False)
    assert outcomes(world)[1].cause is Cause.APP_RETRYABLE
    assert checkpoint(world, 1)["state"] == "failed"
    assert world.read(world.layout.index(2)) == b""


def test_the_end_finds_the_last_wave_that_was_planned_though_the_run_does_not_know_of_it(world: World) -> None:
    world.tenant("acme", 4)
    planned = world.plan()
    world.batch.children = {position(world, 0): ended(75), position(world, 1): ended(75)}
    world.record(planned)
    world.plan(wave=2, again=True)
    world.result(world.manifest(wave=2)[0], wave=2)
    answer = finish(world, ended="TIMED_OUT")
    assert answer.counts == {Outcome.SUCCEEDED: 1, Outcome.LOST: 1}
    assert [record.wave for record in outcomes(world, 2).values()] == [2, 2]
    assert world.deployment.runs.get(RUN).wave == 2


def test_a_sealed_portion_succeeds_with_its_failed_items_though_no_wave_is_left(world: World) -> None:
    world.tenant("acme", 2)
    planned = world.plan()
    (portion,) = world.manifest()
    key = world.layout.failed_items(0)
    failure = {"item": "001.jpg", "version": "v", "error": "Truncated", "message": "ends early"}
    said = report(portion, 1) | {"items": {"succeeded": 1, "failed": 1, "skipped": 0}, "failed_items": key}
    save(world, portion, done=[0], failures=[failure], state="sealed", result=said)
    answer = world.record(planned, arrays=[{"offset": 0, "size": 1, "batch_job_id": "parent:0", "status": "FAILED"}])
    assert (answer.status, answer.message) == (RunStatus.SUCCEEDED, "1 portion succeeded: 1 item done, 1 failed")
    assert orjson.loads(world.read(key)) == failure
    assert orjson.loads(world.read(world.layout.result(0))) == said
    assert [entry[2] for entry in world.ledger("acme")[1:]] == ["ok", "Truncated"]
