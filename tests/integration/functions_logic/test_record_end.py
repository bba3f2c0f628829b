"""Whatever was going on when a run ended: each portion gets its outcome, and nothing of it changes any more."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

import orjson
import pytest
from backroom import lease
from backroom.errors import RunEndedError
from backroom.manifest.writer import ManifestWriter
from backroom.recording.outcomes import read_outcomes
from backroom.recording.record import record
from backroom.recording.request import RecordAnswer, RecordRequest
from backroom.records import PortionRecord
from backroom.words import Cause, Outcome, RunStatus

from tests.integration.functions_logic.conftest import JOB, RUN, World, ended, report
from tests.integration.functions_logic.test_record import keyed
from tests.integration.functions_logic.waves import position

EVENT = {"job": JOB, "run": RUN, "wave": 1}


def finish(world: World, **told: Any) -> Any:
    return record(RecordRequest.model_validate(EVENT | told), world.deployment, world.now)


def checkpoint(world: World, portion: int) -> dict[str, Any]:
    saved: dict[str, Any] = orjson.loads(world.read(world.layout.checkpoint(portion)))
    return saved


def save(world: World, portion: dict[str, Any], **more: Any) -> None:
    """Save a checkpoint as the first attempt of wave 1 does."""
    known = {"portion": portion["portion"], "wave": 1, "attempt": 1, "digest": "d", "done": [0], "skipped": []}
    known |= {"failures": [], "bytes": {"read": 1, "written": 1}, "seconds": 1.0, "state": "open"}
    world.put(world.layout.checkpoint(portion["portion"]), orjson.dumps(known | more))


def seal(world: World, portion: dict[str, Any], **more: Any) -> None:
    """Seal a portion as its attempt does before it writes the result, which it has not come to."""
    save(world, portion, done=[0, 1], state="sealed", result=report(portion, 1), **more)


def in_the_middle(world: World) -> None:
    """Plan five portions: one has succeeded, one is sealed, one failed, one runs, one waits."""
    world.tenant("acme", 10)
    world.plan()
    portions = world.manifest()
    world.result(portions[0])
    seal(world, portions[1])
    save(world, portions[3])
    world.batch.children = {
        position(world, 1): ended(None, "Host EC2 (i-1) terminated."),
        position(world, 2): ended(65),
        position(world, 3): {"status": "RUNNING"},
        position(world, 4): {"status": "RUNNABLE"},
    }
    size = {"arrayProperties": {"size": 5}}
    other = {"jobId": "other", "jobName": f"{RUN}-w10-0", "status": "RUNNING", **size}
    world.batch.submitted = [{"jobId": "parent", "jobName": f"{RUN}-w1-0", "status": "PENDING", **size}, other]


def outcomes(world: World, wave: int = 1) -> dict[int, PortionRecord]:
    found = read_outcomes(world.s3, "backroom-runs", world.layout, wave)
    return {record.portion: record for record in found}


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


def test_recorders_at_the_same_time_tell_one_truth(world: World) -> None:
    in_the_middle(world)
    machine = {"arrays": [{"offset": 0, "size": 5, "batch_job_id": "parent", "status": "FAILED"}]}
    requests = [machine, {"ended": "ABORTED"}, {"ended": "TIMED_OUT"}, {"ended": "ABORTED"}]
    with ThreadPoolExecutor(len(requests)) as pool:
        list(pool.map(lambda told: finish(world, **told), requests))
    finish(world, ended="TIMED_OUT")
    told = outcomes(world)
    assert {record.portion: record for record in world.deployment.runs.portions(RUN)} == told
    for number, found in told.items():
        has_result = number in (0, 1)
        assert (found.outcome is Outcome.SUCCEEDED) == has_result
        if not has_result:
            assert checkpoint(world, number)["state"] in ("failed", "cancelled")
    run = world.deployment.runs.get(RUN)
    assert run.counts == {outcome: [r.outcome for r in told.values()].count(outcome) for outcome in run.counts}
    assert run.status in (RunStatus.ABORTED, RunStatus.TIMED_OUT)


def test_an_attempt_that_seals_before_the_recorder_can_close_has_succeeded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.tenant("acme", 2)
    planned = world.plan()
    (portion,) = world.manifest()
    save(world, portion)
    original = world.s3.put_object

    def rival_first(**asked: Any) -> Any:
        if "/checkpoints/" in asked["Key"]:
            monkeypatch.undo()
            seal(world, portion)
        return original(**asked)

    monkeypatch.setattr(world.s3, "put_object", rival_first)
    answer = world.record(planned, ended="ABORTED")
    assert answer.counts == {Outcome.SUCCEEDED: 1}
    assert orjson.loads(world.read(world.layout.result(0))) == report(portion, 1)


class Killed(BaseException):
    """The recorder's process is gone."""


@dataclass
class Executioner:
    """Kills the recorder before and after each of its requests, one after the other."""

    requests: int = 0
    at: int = 0

    def count(self, **_: Any) -> None:
        self.requests += 1
        if self.requests == self.at:
            raise Killed

    def repeated(self, recorder: Callable[[], RecordAnswer]) -> RecordAnswer:
        """Give the answer of the first one that lives on."""
        while True:
            self.requests, self.at = 0, self.at + 1
            try:
                return recorder()
            except Killed:
                continue


@pytest.fixture
def executioner(world: World) -> Iterator[Executioner]:
    found, emitters = Executioner(), (world.s3.meta.events, world.runs.meta.client.meta.events)
    places = list(product(emitters, ("before-call", "after-call")))
    for emitter, name in places:
        emitter.register(name, found.count)
    yield found
    for emitter, name in places:
        emitter.unregister(name, found.count)


@pytest.mark.parametrize("told", [{}, {"ended": "TIMED_OUT"}])
def test_a_recorder_that_is_killed_at_any_request_and_repeated_leaves_what_an_undisturbed_one_does(
    world: World, executioner: Executioner, told: dict[str, Any]
) -> None:
    in_the_middle(world)
    told = told or {"arrays": [{"offset": 0, "size": 5, "batch_job_id": "parent", "status": "FAILED"}]}
    answer = executioner.repeated(lambda: finish(world, **told))
    assert executioner.at > 30
    executioner.at = 0
    assert {record.portion: record for record in world.deployment.runs.portions(RUN)} == outcomes(world)
    assert answer.counts[Outcome.SUCCEEDED] == 2
    assert len(world.ledger("acme")) == 1 + 4 + 1
