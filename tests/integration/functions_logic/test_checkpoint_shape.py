"""Worker and recorder read each other's checkpoints: each has its own code for it, and one shape is in between."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from backroom.layout import RunLayout
from backroom.recording.checkpoints import Checkpoints, Closure, Decision
from backroom.words import Cause, CheckpointState, Outcome
from backroom.worker.checkpoint import Checkpoint, parse_checkpoint
from backroom.worker.progress import Failure, Tally

from tests.integration.functions_logic.conftest import World

LAYOUT = RunLayout("image_resize", "image_resize-20261127T030000Z-0a1b", "images")
TALLY = Tally((0, 2), (1,), (Failure("b", "e", "Torn", "in two"),))
OPEN = Checkpoint(7, 1, 2, "0123456789ab", TALLY, 10, 20, 1.5)
RESULT: dict[str, Any] = {
    "portion": 7,
    "outcome": "succeeded",
    "failed_items": None,
    "seconds": 1.25,
    "items": {"failed": 1},
}


@pytest.mark.parametrize("state", [CheckpointState.FAILED, CheckpointState.CANCELLED])
def test_the_worker_reads_what_the_recorder_has_closed_with_all_that_was_done(
    world: World, state: CheckpointState
) -> None:
    world.put(LAYOUT.checkpoint(7), OPEN.to_json())
    closure = Closure(outcome=Outcome.FAILED, cause=Cause.TIMEOUT, message="too slow")
    checkpoints(world).close(7, Decision(state, 2, closure))
    assert stored(world) == replace(OPEN, wave=2, attempt=0, state=state)


def test_the_worker_reads_what_the_recorder_has_handed_over_or_made(world: World) -> None:
    for before in (OPEN, None):
        if before:
            world.put(LAYOUT.checkpoint(7), before.to_json())
        else:
            world.s3.delete_object(Bucket="backroom-runs", Key=LAYOUT.checkpoint(7))
        checkpoints(world).close(7, Decision(CheckpointState.OPEN, 2))
        expected = before or Checkpoint(7, 0, 0, "", Tally(), 0, 0, 0.0)
        assert stored(world) == replace(expected, wave=2, attempt=0)


def test_the_recorder_writes_the_sealed_result_to_the_byte(world: World) -> None:
    sealed = replace(OPEN, state=CheckpointState.SEALED, result=orjson.dumps(RESULT))
    world.put(LAYOUT.checkpoint(7), sealed.to_json())
    found = checkpoints(world).close(7, Decision(CheckpointState.CANCELLED, 2))
    checkpoints(world).publish(found)
    assert world.read(LAYOUT.result(7)) == sealed.result
    assert orjson.loads(world.read(LAYOUT.failed_items(7))) == {
        "item": "b",
        "version": "e",
        "error": "Torn",
        "message": "in two",
    }
    assert stored(world) == sealed


def checkpoints(world: World) -> Checkpoints:
    """The recorder's."""
    return Checkpoints(world.s3, "backroom-runs", LAYOUT)


def stored(world: World) -> Checkpoint:
    """As the worker reads it."""
    return parse_checkpoint(world.read(LAYOUT.checkpoint(7)))
