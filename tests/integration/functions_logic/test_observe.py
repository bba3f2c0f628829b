"""The observer through its front door: what Batch's events say is in the table, until the recorder has spoken."""

from typing import Any

import orjson
import pytest
from backroom.live import LivePortions
from backroom.recording.facts import Fact, Phase
from backroom.recording.observe import Observer
from backroom.words import Outcome
from botocore.exceptions import ClientError

from tests.integration.functions_logic.conftest import RUN, World, ended

QUEUE = "arn:aws:batch:eu-central-1:123456789012:job-queue/backroom-spot"
BEGUN = 1795748463000


def message(position: int, status: str = "RUNNING", wave: int = 1, **more: Any) -> dict[str, Any]:
    """Give a message of SQS with the event of a child."""
    detail = {
        "jobName": f"{RUN}-w{wave}-0",
        "jobId": f"parent:{position}",
        "jobQueue": QUEUE,
        "status": status,
        "createdAt": BEGUN - 1000,
        "startedAt": BEGUN,
        "attempts": [],
        "arrayProperties": {"index": position},
        **more,
    }
    event = {"source": "aws.batch", "detail-type": "Batch Job State Change", "detail": detail}
    return {"messageId": f"{wave}-{position}-{status}", "body": orjson.dumps(event).decode()}


def failed(position: int, code: int = 75) -> dict[str, Any]:
    attempt = {"container": {"exitCode": code}, "startedAt": BEGUN, "stoppedAt": BEGUN + 9000}
    return message(position, "FAILED", attempts=[attempt])


def portion_at(world: World, position: int, wave: int = 1) -> int:
    index = world.read(world.layout.index(wave))
    return int.from_bytes(index[16 * position + 12 : 16 * position + 16], "little")


@pytest.fixture
def live(world: World) -> LivePortions:
    return LivePortions(world.runs)


@pytest.fixture
def observer(world: World, live: LivePortions) -> Observer:
    return Observer(world.s3, "backroom-runs", "backroom", live)


def test_what_runs_and_what_ended_is_seen_at_once(world: World, observer: Observer, live: LivePortions) -> None:
    world.tenant("acme", 4)
    world.tenant("solo", 1)
    world.plan()
    observed = observer.observe([message(0), message(2), failed(2), message(0)], world.now)
    assert (observed.written, observed.failed) == (2, [])
    seen = {one.portion: one.latest for one in live.of(RUN)}
    running = Fact(1, "", 1, Phase.RUNNING, "parent:0", "spot", BEGUN - 1000, BEGUN)
    over = Fact(1, "", 1, Phase.FAILED, "parent:2", "spot", BEGUN - 1000, BEGUN, BEGUN + 9000, 75)
    assert seen == {portion_at(world, 0): running, portion_at(world, 2): over}
    again = observer.observe([message(2), failed(2)], world.now)
    assert (again.written, again.known) == (0, 1)
    assert list(world.deployment.runs.portions(RUN)) == [], "nothing is recorded yet"
    assert world.deployment.runs.portion(RUN, portion_at(world, 0)) is None


def test_the_recorder_has_the_last_word_and_the_next_wave_is_seen_again(
    world: World, observer: Observer, live: LivePortions
) -> None:
    world.tenant("acme", 4)
    planned = world.plan()
    observer.observe([message(0), message(1)], world.now)
    (first, second) = (portion_at(world, position) for position in (0, 1))
    world.result(next(line for line in world.manifest() if line["portion"] == first))
    world.batch.children = {1: ended(75)}
    assert world.record(planned).again
    assert list(live.of(RUN)) == []
    late = observer.observe([message(0, "SUCCEEDED"), failed(1)], world.now)
    assert (late.written, late.known) == (0, 2), "the recorder knew"
    world.plan(wave=2)
    observer.observe([message(0, wave=2)], world.now)
    assert [(one.portion, one.latest.wave, one.latest.phase) for one in live.of(RUN)] == [(second, 2, Phase.RUNNING)]
    recorded = world.deployment.runs.portion(RUN, second)
    assert recorded is not None
    assert recorded.outcome is Outcome.FAILED


class Overtaken(LivePortions):
    """A table that another writer changes between the reading and the writing of an item, once."""

    def __init__(self, world: World, change: Any) -> None:
        super().__init__(world.runs)
        self._change = change

    def _read(self, run: str, portion: int) -> Any:
        item, change = super()._read(run, portion), self._change
        self._change = lambda: None
        change()
        return item


def test_writers_at_the_same_time_lose_nothing(world: World, live: LivePortions) -> None:
    one, two = Fact(1, "", 1, Phase.FAILED, exit_code=75), Fact(1, "", 2, Phase.RUNNING)
    for before in ((), (Fact(1, "", 1, Phase.RUNNING),)):
        portion = len(before)
        live.add(RUN, portion, before, world.now)
        overtaken = Overtaken(world, lambda portion=portion: live.add(RUN, portion, (one,), world.now))
        assert overtaken.add(RUN, portion, (two,), world.now)
    assert [one.facts for one in live.of(RUN)] == [(one, two), (one, two)]


def test_a_recorder_that_overtakes_the_observer_has_the_last_word(world: World, live: LivePortions) -> None:
    world.tenant("acme", 1)
    planned = world.plan()
    world.result(world.manifest()[0])
    overtaken = Overtaken(world, lambda: world.record(planned))
    assert not overtaken.add(RUN, 0, (Fact(1, "", 1, Phase.RUNNING),), world.now)
    assert list(live.of(RUN)) == []
    recorded = world.deployment.runs.portion(RUN, 0)
    assert recorded is not None
    assert recorded.outcome is Outcome.SUCCEEDED


def test_what_cannot_be_read_comes_again_and_what_is_nobodys_does_not(
    world: World, observer: Observer, live: LivePortions
) -> None:
    world.tenant("acme", 1)
    world.plan()
    broken = [{"messageId": name, "body": body} for name, body in (("a", "{"), ("b", "[]"), ("c", '{"detail": {}}'))]
    nobodys = [message(99), message(0, wave=7), message(0, jobName="x"), message(0, arrayProperties={"size": 2})]
    nobodys.append(message(0, jobName=f"{RUN}-w1-plan", arrayProperties=None))
    observed = observer.observe([*broken, message(0), *nobodys], world.now)
    assert (observed.failed, observed.written, observed.passed_over) == (["a", "b", "c"], 1, 5)
    assert [one.portion for one in live.of(RUN)] == [0]


def test_messages_come_again_whose_portions_could_not_be_written(world: World) -> None:
    world.tenant("acme", 4)
    world.plan()
    (bad, _) = (portion_at(world, position) for position in (0, 1))

    class Throttled(LivePortions):
        def _read(self, run: str, portion: int) -> Any:
            if portion == bad:
                raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem")
            return super()._read(run, portion)

    observer = Observer(world.s3, "backroom-runs", "backroom", Throttled(world.runs))
    observed = observer.observe([message(0), message(1), failed(0)], world.now)
    assert (sorted(observed.failed), observed.written) == (["1-0-FAILED", "1-0-RUNNING"], 1)
