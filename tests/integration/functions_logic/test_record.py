"""The recorder through its front door: every portion gets its outcome, once, and the tenants' ledgers what was done."""

from typing import Any

import orjson
import pytest
from backroom.lease import LASTS
from backroom.recording.facts import Fact, Phase
from backroom.records import Bytes, Items
from backroom.words import Cause, Outcome, RunStatus

from tests.integration.functions_logic.conftest import DEFINITION, JOB, RUN, World, ended
from tests.integration.functions_logic.waves import position


def test_a_good_run_is_recorded_and_the_next_one_has_nothing_to_do(world: World) -> None:
    world.tenant("acme", 3)
    world.tenant("solo", 1)
    planned = world.plan()
    for portion in world.manifest():
        world.result(portion)
    answer = world.record(planned)
    assert (answer.status, answer.again, answer.counts) == (RunStatus.SUCCEEDED, False, {Outcome.SUCCEEDED: 3})
    assert answer.message == "3 portions succeeded: 4 items done, 0 failed"
    assert world.batch.calls == []
    run = world.deployment.runs.get(RUN)
    assert (run.status, run.items, run.bytes, run.seconds) == (RunStatus.SUCCEEDED, Items(4), Bytes(30, 15), 4.5)
    assert run.ended_at is not None
    assert [sums.tenant for sums in world.deployment.runs.tenants(RUN)] == ["acme", "solo"]
    again = world.plan(run="image_resize-20261128T030000Z-0a1b")
    assert (again["portions"], again["arrays"]) == (0, [])
    assert again["message"] == "nothing to do: 4 items unchanged, 0 failed before"
    nothing = world.record(again)
    assert (nothing.status, nothing.message) == (RunStatus.SUCCEEDED, again["message"])


def test_only_changed_and_new_items_are_planned_and_failed_ones_are_not_tried_again(world: World) -> None:
    world.tenant("acme", 4)
    planned = world.plan()
    for portion in world.manifest():
        failing = portion["portion"] == 0
        key = world.layout.failed_items(portion["portion"]) if failing else None
        if key:
            lost = {"item": "001.jpg", "version": "v", "error": "Truncated", "message": "ends early"}
            world.put(key, orjson.dumps(lost) + b"\n")
        world.result(portion, failed_items=key)
    world.record(planned)
    assert [entry[2] for entry in world.ledger("acme")[1:]] == ["ok", "Truncated", "ok", "ok"]
    world.image("acme", "002.jpg", b"changed")
    world.image("acme", "0025.jpg", b"new")
    later = "image_resize-20261128T030000Z-0a1b"
    planned = world.plan(run=later)
    assert [item[0] for portion in world.manifest(run=later) for item in portion["items"]] == ["002.jpg", "0025.jpg"]
    assert "2 items unchanged, 1 failed before" in planned["message"]
    for portion in world.manifest(run=later):
        world.result(portion, run=later)
    world.record(planned)
    entries = world.ledger("acme")[1:]
    assert [entry[0] for entry in entries] == ["000.jpg", "001.jpg", "002.jpg", "0025.jpg", "003.jpg"]
    changed = world.plan(run="image_resize-20261129T030000Z-0a1b", params={"quality": 50})
    assert changed["items"] == 5


def test_failures_get_the_cause_that_batch_and_the_container_tell(world: World) -> None:
    world.tenant("acme", 10)
    planned = world.plan()
    portions = world.manifest()
    world.result(portions[0])
    world.attempt(portions[1], 1, 1, outcome="failed", cause="app_permanent", message="2 of 2 items failed: NotAnImage")
    world.batch.children = {
        position(world, 1): ended(65),
        position(world, 2): ended(137, container={"exitCode": 137, "reason": "OutOfMemoryError: Container killed"}),
        position(world, 3): ended(None, "Host EC2 (instance i-01) terminated.", attempts=3),
    }
    answer = world.record(planned)
    records = {record.portion: record for record in world.deployment.runs.portions(RUN)}
    assert {number: record.cause for number, record in records.items()} == {
        0: Cause.OK,
        1: Cause.APP_PERMANENT,
        2: Cause.OUT_OF_MEMORY,
        3: Cause.SPOT_RECLAIM,
        4: Cause.PLATFORM,
    }
    assert records[4].outcome is Outcome.LOST
    assert len(records[3].attempts) == 3
    assert answer.again
    assert answer.message.startswith("4 of 5 portions failed: 1 app_permanent, 1 out_of_memory, 1 spot_reclaim, 1 lost")
    assert "(first: portion 1, tenant acme: 2 of 2 items failed: NotAnImage)" in answer.message
    assert world.deployment.runs.get(RUN).status is RunStatus.RUNNING
    assert [record.portion for record in world.deployment.runs.portions(RUN, outcome=Outcome.LOST)] == [4]
    assert [record.portion for record in world.deployment.runs.portions(RUN, cause=Cause.PLATFORM)] == [4]
    assert len(world.ledger("acme")) == 1 + 2


def test_a_repetition_answers_the_same_though_batch_has_forgotten(world: World) -> None:
    world.tenant("acme", 4)
    planned = world.plan()
    world.result(world.manifest()[0])
    world.batch.children = {position(world, 1): ended(65)}
    first = world.record(planned)
    before, calls = world.runs.scan()["Items"], list(world.batch.calls)
    world.batch.children = {}
    assert world.record(planned) == first
    world.result(world.manifest()[1])
    assert world.record(planned) == first
    assert keyed(world.runs.scan()["Items"]) == keyed(before)
    assert world.batch.calls == calls


def keyed(items: list[dict[str, Any]]) -> dict[Any, Any]:
    """Give items by their keys, without the day they expire, which moves on."""
    return {(item["pk"], item["sk"]): item | {"expires_at": None} for item in items}


def test_a_run_that_has_ended_stays_ended_whatever_is_repeated(world: World) -> None:
    world.tenant("acme", 2)
    planned = world.plan()
    world.result(world.manifest()[0])
    world.record(planned)
    ended_run = world.deployment.runs.get(RUN)
    assert world.plan() == planned
    assert world.deployment.runs.get(RUN).status is RunStatus.SUCCEEDED
    world.record(planned)
    assert world.deployment.runs.get(RUN) == ended_run


def test_children_that_are_still_alive_or_ended_well_without_result_are_lost_with_words(world: World) -> None:
    world.tenant("acme", 4)
    planned = world.plan()
    world.batch.children = {position(world, 0): {"status": "RUNNING"}, position(world, 1): {"status": "SUCCEEDED"}}
    world.record(planned)
    records = list(world.deployment.runs.portions(RUN))
    assert [record.outcome for record in records] == [Outcome.LOST] * 2
    assert [word in record.message for word, record in zip(("RUNNING", "SUCCEEDED"), records, strict=True)] == [
        True
    ] * 2


def test_a_plain_batch_job_is_asked_for_by_its_own_id(world: World) -> None:
    world.tenant("solo", 1)
    planned = world.plan()
    world.batch.children = {0: ended(None, "CannotPullContainerError: no such image")}
    world.record(planned, arrays=[{"offset": 0, "size": 1, "batch_job_id": "parent:0", "status": "FAILED"}])
    assert world.batch.calls == ["describe 1"]
    (record,) = world.deployment.runs.portions(RUN)
    assert record.cause is Cause.IMAGE_PULL


def test_what_events_told_of_a_good_portion_is_kept_with_the_attempt_that_left_nothing(world: World) -> None:
    world.tenant("acme", 2)
    planned = world.plan()
    (portion,) = world.manifest()
    world.result(portion, attempt=2)
    begin = 1795748400000
    reclaim = "Host EC2 (i-1) terminated."
    times = (begin, begin + 5_000, begin + 35_000)
    told = [
        Fact(1, "", 1, Phase.FAILED, "parent:0", "spot", *times, status_reason=reclaim),
        Fact(1, "", 2, Phase.RUNNING, "parent:0", "spot", begin, begin + 60_000, log_stream="image_resize/2"),
    ]
    for fact in told:
        world.deployment.live.add(RUN, 0, (fact,), world.now)
    world.record(planned)
    record = world.deployment.runs.portion(RUN, 0)
    assert record is not None
    first, second = record.attempts
    assert (first.cause, first.waited, first.seconds) == (Cause.SPOT_RECLAIM, 5.0, 30.0)
    assert (second.cause, second.waited, second.log_stream) == (Cause.OK, 25.0, "image_resize/2")
    assert 0 < first.cost < second.cost
    assert world.deployment.runs.get(RUN).cost == pytest.approx(record.cost, abs=1e-6)
    assert list(world.deployment.live.of(RUN)) == []


def test_more_than_a_hundred_failures_are_described_a_hundred_at_a_time(world: World) -> None:
    world.tenant("acme", 250 * 2)
    planned = world.plan()
    world.batch.children = {index: ended(65) for index in range(250)}
    answer = world.record(planned)
    assert answer.counts == {Outcome.FAILED: 250}
    assert world.batch.calls == ["list FAILED", "describe 100", "describe 100", "describe 50"]


@pytest.mark.parametrize("existing", [False, True])
def test_a_recorder_that_is_slower_than_another_merges_with_what_that_one_wrote(
    world: World, monkeypatch: pytest.MonkeyPatch, existing: bool
) -> None:
    world.tenant("acme", 2)
    if existing:
        world.put(f"ledger/{JOB}/acme.jsonl", b'{"fingerprint":"000000000000","schema":1}\n')
    planned = world.plan()
    (portion,) = world.manifest()
    world.result(portion)
    original = world.s3.put_object

    def rival_first(**asked: Any) -> Any:
        if asked["Key"].startswith("ledger/"):
            monkeypatch.undo()
            head = orjson.dumps({"fingerprint": portion["fingerprint"], "schema": 1})
            world.put(asked["Key"], head + b'\n["zzz.jpg","v","ok"]\n')
        return original(**asked)

    monkeypatch.setattr(world.s3, "put_object", rival_first)
    world.record(planned)
    assert [entry[0] for entry in world.ledger("acme")[1:]] == ["000.jpg", "001.jpg", "zzz.jpg"]


def test_the_row_that_counts_is_the_one_the_run_was_planned_with(world: World) -> None:
    world.tenant("acme", 2)
    planned = world.plan()
    tolerant: Any = DEFINITION | {"parameters": DEFINITION["parameters"] | {"portion_tolerance": "1", "waves": "1"}}
    world.batch.definitions.register_job_definition(**tolerant)
    world.batch.children = {0: ended(75)}
    answer = world.record(planned, arrays=[{"offset": 0, "size": 1, "batch_job_id": "parent:0", "status": "FAILED"}])
    assert (answer.status, answer.again) == (RunStatus.FAILED, True)


@pytest.mark.parametrize(("done", "left"), [([1], 3), ([7], 4), (None, 4)])
def test_what_a_failed_portion_had_done_by_its_checkpoint_is_not_planned_again(
    world: World, done: list[int] | None, left: int
) -> None:
    world.tenant("acme", 4)
    planned = world.plan()
    saved = {"portion": 1, "wave": 1, "attempt": 1, "digest": "d", "done": done, "skipped": []}
    world.put(world.layout.checkpoint(1), b"{" if done is None else orjson.dumps(saved))
    assert world.record(planned).counts == {Outcome.LOST: 2}
    world.now += 2 * LASTS
    assert world.plan(run="image_resize-20261128T030000Z-0a1b")["items"] == left
