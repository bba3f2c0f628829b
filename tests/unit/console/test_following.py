"""A run that goes on, in words."""

import pytest
from backroom.words import RunStatus
from backroom_console.follow import in_words, milestone
from backroom_console.watching import Look
from hypothesis import given
from hypothesis import strategies as st

RUNNING = RunStatus.RUNNING


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (Look(RUNNING), "planning"),
        (Look(RunStatus.SUCCEEDED), "succeeded"),
        (Look(RUNNING, 1, waiting=1), "1 portion: 1 waiting for capacity"),
        (
            Look(RUNNING, 1, 1200, 64, 30, 6),
            "1,300 portions: 30 done, 6 failed, 64 running, 1,200 waiting for capacity",
        ),
        (Look(RUNNING, 2, running=6), "wave 2: 6 portions: 6 running"),
        (Look(RUNNING, 1, succeeded=2, stage="fetch"), "stage fetch: 2 portions: 2 done"),
        (Look(RUNNING, 2, running=1, stage="fetch"), "wave 2, stage fetch: 1 portion: 1 running"),
    ],
)
def test_waiting_for_capacity_is_not_running(look: Look, words: str) -> None:
    assert in_words(look) == words


@given(st.integers(1, 10_000))
def test_however_many_portions_there_are_a_dozen_lines_tell_of_them(portions: int) -> None:
    looks = [Look(RUNNING, 1, waiting=portions)]
    looks += [Look(RUNNING, 1, running=portions - done, succeeded=done) for done in range(portions + 1)]
    lines = [look for look, before in zip(looks[1:], looks, strict=False) if milestone(look) != milestone(before)]
    assert min(portions, 10) <= len(lines) <= 12
    assert lines[-1].done == portions
