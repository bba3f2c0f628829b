"""The checkpoint as it lies in S3, and which of it counts for whom."""

from dataclasses import replace

import orjson
import pytest
from backroom.words import CheckpointState
from backroom.worker.checkpoint import Checkpoint, give_way, parse_checkpoint, restorable
from backroom.worker.endings import Closed, Superseded
from backroom.worker.portion import Portion
from backroom.worker.progress import Failure, Tally
from hypothesis import given
from hypothesis import strategies as st

FAILURE = Failure("b", '"e"', "Torn", "in two")
MINE = Checkpoint(7, 1, 2, "0123456789ab", Tally((0, 2), (), (FAILURE,)), 10, 20, 1.5)
PORTION = Portion(7, "t", "b", "", {}, "0" * 12, (), 1.0, MINE.digest)


@given(
    succeeded=st.sets(st.integers(0, 1000)),
    skipped=st.sets(st.integers(0, 1000)),
    failures=st.lists(st.builds(Failure, st.text(), st.text(), st.text(), st.text()), max_size=5),
    seconds=st.integers(0, 10**7).map(lambda thousandths: thousandths / 1000),
    state=st.sampled_from(CheckpointState),
)
def test_what_is_saved_is_read_again_to_the_byte(
    succeeded: set[int], skipped: set[int], failures: list[Failure], seconds: float, state: CheckpointState
) -> None:
    tally = Tally(tuple(sorted(succeeded)), tuple(sorted(skipped)), tuple(failures))
    result = orjson.dumps({"z": seconds, "a": [1]}) if state is CheckpointState.SEALED else None
    checkpoint = replace(MINE, tally=tally, seconds=seconds, state=state, result=result)
    read = parse_checkpoint(checkpoint.to_json())
    assert read == checkpoint
    assert read.to_json() == checkpoint.to_json()


def test_failures_count_for_retries_but_not_in_a_later_wave() -> None:
    assert restorable(MINE, PORTION, 1) == MINE
    assert restorable(MINE, PORTION, 2) == replace(MINE, tally=Tally((0, 2)))


def test_what_the_recorder_has_handed_over_to_this_wave_is_of_an_earlier_one() -> None:
    found = restorable(replace(MINE, wave=2, attempt=0), PORTION, 2)
    assert found
    assert found.tally.failures == ()


def test_other_work_does_not_count() -> None:
    assert restorable(replace(MINE, digest="ba9876543210"), PORTION, 1) is None


@pytest.mark.parametrize("state", [CheckpointState.FAILED, CheckpointState.CANCELLED])
def test_what_is_given_up_is_given_up_for_any_attempt(state: CheckpointState) -> None:
    with pytest.raises(Closed, match=f"portion 7 is recorded as {state}"):
        give_way(replace(MINE, state=state), 9, 9)


@pytest.mark.parametrize(
    ("wave", "attempt", "who"),
    [(1, 3, "attempt 3 of wave 1"), (2, 1, "attempt 1 of wave 2"), (2, 0, "wave 2 works")],
)
def test_an_earlier_attempt_gives_way_to_a_later_one(wave: int, attempt: int, who: str) -> None:
    with pytest.raises(Superseded, match=f"{who}.* portion 7: attempt 2 of wave 1 gives way"):
        give_way(replace(MINE, wave=wave, attempt=attempt), 1, 2)
    give_way(MINE, wave, attempt)
