"""Recorders at the same time, killed and repeated, and attempts that are faster: one truth."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

import orjson
import pytest
from backroom.recording.request import RecordAnswer
from backroom.words import Outcome, RunStatus

from tests.integration.functions_logic.conftest import RUN, World, ended, report
from tests.integration.functions_logic.ends import checkpoint, finish, in_the_middle, outcomes, save, seal
from tests.integration.functions_logic.test_record import keyed
from tests.integration.functions_logic.waves import position


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
    # Whoever writes an end first; the machine's recorder does if it finds portions that were cancelled.
    assert run.status in (RunStatus.ABORTED, RunStatus.TIMED_OUT, RunStatus.FAILED)


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


def test_a_recorder_that_comes_when_later_waves_are_under_way_or_done_changes_nothing(world: World) -> None:
    world.tenant("acme", 4)
    first = world.plan()
    world.result(world.manifest()[0])
    world.batch.children = {position(world, 1): ended(75)}
    answer = world.record(first)
    assert answer.again
    second = world.plan(wave=2, again=True)
    under_way = keyed(world.runs.scan()["Items"])
    assert world.record(first) == answer
    assert without_leases(keyed(world.runs.scan()["Items"])) == without_leases(under_way)
    world.result(world.manifest(wave=2)[0], wave=2)
    done = world.record(second)
    assert done.counts == {Outcome.SUCCEEDED: 2}
    at_the_end = keyed(world.runs.scan()["Items"])
    late = world.record(first)
    assert (late.status, late.again, late.message) == (done.status, False, done.message)
    assert keyed(world.runs.scan()["Items"]) == at_the_end


def without_leases(items: dict[Any, Any]) -> dict[Any, Any]:
    return {key: item for key, item in items.items() if not key[0].startswith("lease#")}


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
