"""What the recorder writes on a portion's checkpoint: decided once, and never back."""

from backroom.recording.checkpoints import Closure, Decision, Saved
from backroom.words import Cause, CheckpointState, Outcome
from hypothesis import given
from hypothesis import strategies as st

CLOSURE = Closure(outcome=Outcome.LOST, cause=Cause.PLATFORM, message="no trace of it")
decisions = st.builds(
    Decision,
    st.sampled_from([CheckpointState.OPEN, CheckpointState.FAILED, CheckpointState.CANCELLED]),
    st.integers(2, 4),
    st.just(CLOSURE),
)
saves = st.builds(
    Saved, portion=st.just(1), wave=st.integers(1, 4), attempt=st.integers(1, 3), state=st.sampled_from(CheckpointState)
)


@given(saves, st.lists(decisions, min_size=1, max_size=6))
def test_a_checkpoint_only_goes_forward_whoever_closes_it_in_whatever_order(
    saved: Saved, wanted: list[Decision]
) -> None:
    for decision in wanted:
        after = decision.of(saved) or saved
        assert (after.wave, after.attempt) >= (saved.wave, saved.attempt)
        if saved.state is not CheckpointState.OPEN:
            assert after == saved
        elif decision.state is not CheckpointState.OPEN:
            assert (after.state, after.closure) == (decision.state, CLOSURE)
        else:
            assert (after.wave, after.attempt) >= (decision.wave, 0)
        assert decision.of(after) is None
        saved = after


def test_what_only_the_worker_knows_of_a_checkpoint_stays() -> None:
    saved = Saved.model_validate({"portion": 1, "wave": 1, "attempt": 2, "digest": "d", "done": [0, 3], "mood": "good"})
    after = Decision(CheckpointState.OPEN, 2).of(saved)
    assert after is not None
    assert after.model_dump() == saved.model_dump() | {"wave": 2, "attempt": 0}
