"""The fence: of any attempts in any order only the latest that has claimed changes anything; a decision is final."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from backroom.layout import RunLayout
from backroom.words import CheckpointState
from backroom.worker.bucket import Bucket
from backroom.worker.checkpoint import Checkpoint, load_checkpoint
from backroom.worker.claim import Claimed, Fence
from backroom.worker.endings import Closed, Superseded
from backroom.worker.log import Log
from backroom.worker.patience import Patience
from backroom.worker.portion import Portion
from backroom.worker.progress import Failure, Tally
from hypothesis import given
from hypothesis import strategies as st
from obstore.store import MemoryStore

if TYPE_CHECKING:
    from obstore.store import S3Store

LAYOUT = RunLayout("j", "j-20261127T180000Z-0002", "images")
HOME, OLDER = "j-20261126T180000Z-0001", "j-20261125T180000Z-0000"
PORTION = Portion(7, "t", "b", "", {}, "0" * 12, (), 1.0, "0123456789ab")
KEY = LAYOUT.checkpoint(7)
LOG = Log(lambda _: None, lambda: 0.0)
DONE = Checkpoint(7, 1, 1, PORTION.digest, Tally((0, 2), (1,), (Failure("b", '"e"', "Torn", "in two"),)), 10, 20, 1.5)


def new_bucket() -> Bucket:
    """An empty bucket in memory, with S3's conditional writes."""
    return Bucket("runs", cast("S3Store", MemoryStore()), Patience(lambda _: False))


def fence(bucket: Bucket, wave: int, attempt: int, portion: Portion = PORTION) -> Fence:
    """The fence as that attempt comes to it."""
    return Fence(bucket, LAYOUT, portion, wave, attempt, LOG)


def claim(bucket: Bucket, wave: int, attempt: int, portion: Portion = PORTION) -> Claimed:
    """The portion, which is still to be had."""
    claimed = fence(bucket, wave, attempt, portion).claim()
    assert isinstance(claimed, Claimed)
    return claimed


def stored(bucket: Bucket) -> Checkpoint:
    """What lies there."""
    found = load_checkpoint(bucket, KEY, LOG).checkpoint
    assert found
    return found


def put(bucket: Bucket, checkpoint: Checkpoint, run: str = LAYOUT.run) -> None:
    """Let a checkpoint lie there."""
    bucket.put(replace(LAYOUT, run=run).checkpoint(7), checkpoint.to_json(), "application/json")


def test_the_first_claim_is_a_single_request() -> None:
    asked: list[str] = []
    bucket = new_bucket()
    counting = Patience(lambda _: False)
    spy = replace(bucket, patience=cast("Patience", _Spy(counting, asked)))
    assert claim(spy, 1, 1).before is None
    assert asked == [f"PUT s3://runs/{KEY}"]
    assert (stored(bucket).wave, stored(bucket).attempt, stored(bucket).state) == (1, 1, CheckpointState.OPEN)


class _Spy:
    """Patience that notes what is asked."""

    def __init__(self, patience: Patience, asked: list[str]) -> None:
        self._patience, self._asked = patience, asked

    def call(self, what: str, request: Callable[[], object]) -> object:
        """Note and pass on."""
        self._asked.append(what)
        return self._patience.call(what, request)


def test_an_attempt_saves_as_often_as_it_likes_and_its_successor_begins_there() -> None:
    bucket = new_bucket()
    file = claim(bucket, 1, 1).file
    for done in range(5):
        file.save(replace(DONE, tally=Tally(tuple(range(done)))))
    before = claim(bucket, 1, 2).before
    assert before
    assert before.tally == Tally((0, 1, 2, 3))


def test_after_its_successors_claim_an_attempt_changes_nothing() -> None:
    bucket = new_bucket()
    zombie = claim(bucket, 1, 1).file
    claim(bucket, 1, 2)
    for mine in (DONE, replace(DONE, state=CheckpointState.SEALED, result=b"{}")):
        with pytest.raises(Superseded, match="attempt 2 of wave 1 works on portion 7: attempt 1 of wave 1 gives way"):
            zombie.save(mine)
    assert (stored(bucket).attempt, stored(bucket).state) == (2, CheckpointState.OPEN)


def test_the_recorder_hands_a_portion_over_to_the_next_wave() -> None:
    bucket = new_bucket()
    late = claim(bucket, 1, 1).file
    late.save(DONE)
    put(bucket, replace(DONE, wave=2, attempt=0))
    with pytest.raises(Superseded, match="wave 2 works on portion 7"):
        late.save(DONE)
    with pytest.raises(Superseded):
        claim(bucket, 1, 2)
    before = claim(bucket, 2, 1).before
    assert before
    assert before.tally == Tally((0, 2), (1,))


@pytest.mark.parametrize("state", [CheckpointState.FAILED, CheckpointState.CANCELLED])
def test_what_is_closed_is_neither_claimed_nor_saved(state: CheckpointState) -> None:
    bucket = new_bucket()
    file = claim(bucket, 1, 1).file
    put(bucket, replace(DONE, state=state))
    with pytest.raises(Closed):
        file.save(DONE)
    with pytest.raises(Closed):
        claim(bucket, 2, 1)
    assert stored(bucket) == replace(DONE, state=state)


def test_what_is_sealed_is_handed_to_whoever_comes() -> None:
    bucket = new_bucket()
    sealed = replace(DONE, state=CheckpointState.SEALED, result=b'{"outcome":"succeeded"}')
    claim(bucket, 1, 1).file.save(sealed)
    assert fence(bucket, 1, 1).claim() == fence(bucket, 2, 3).claim() == sealed


@pytest.mark.parametrize("lying_there", [b"torn", b'{"portion": 7}', replace(DONE, digest="other").to_json()])
def test_what_is_no_checkpoint_of_this_work_is_replaced(lying_there: bytes) -> None:
    bucket = new_bucket()
    bucket.put(KEY, lying_there, "application/json")
    assert claim(bucket, 1, 2).before is None
    assert stored(bucket).digest == PORTION.digest


def test_a_deleted_checkpoint_is_not_brought_back_by_who_had_it() -> None:
    bucket = new_bucket()
    file = claim(bucket, 1, 1).file
    bucket.store.delete(KEY)
    with pytest.raises(Superseded, match="changed or deleted"):
        file.save(DONE)


def test_a_write_whose_answer_was_lost_is_ones_own() -> None:
    bucket = new_bucket()
    file = claim(bucket, 1, 1).file
    put(bucket, DONE)
    file.save(DONE)
    file.save(replace(DONE, seconds=2.0))
    put(bucket, replace(stored(bucket), attempt=3, tally=Tally()))
    claim(bucket, 1, 3)


def test_a_resumed_portion_begins_where_the_latest_home_ended() -> None:
    bucket = new_bucket()
    put(bucket, DONE, OLDER)
    resumed = replace(PORTION, homes=(HOME, OLDER))
    before = claim(bucket, 1, 1, resumed).before
    assert before
    assert (before.tally, before.seconds, before.read) == (Tally((0, 2), (1,)), 0.0, 0)
    put(bucket, replace(DONE, state=CheckpointState.CANCELLED, tally=Tally((0, 1, 2))), HOME)
    bucket.store.delete(KEY)
    assert claim(bucket, 1, 1, resumed).file.etag
    assert stored(bucket).tally == Tally((0, 1, 2))
    put(bucket, Checkpoint(7, 2, 0, "", Tally(), 0, 0, 0.0))
    assert claim(bucket, 2, 1, resumed).before
    other = replace(resumed, digest="ba9876543210")
    bucket.store.delete(KEY)
    assert claim(bucket, 1, 1, other).before is None


STEP = st.tuples(st.integers(0, 5), st.sampled_from(["claim", "save", "seal", "close"]))


@given(st.lists(STEP, max_size=30))
def test_in_any_order_tokens_and_progress_only_grow_and_a_decision_is_final(steps: list[tuple[int, str]]) -> None:
    bucket, files, last = new_bucket(), dict[int, Claimed](), None
    for number, what in steps:
        wave, attempt = divmod(number, 3)
        with suppress(Superseded, Closed):
            _take(bucket, files, (wave + 1, attempt + 1), what)
        now = load_checkpoint(bucket, KEY, LOG).checkpoint
        if last:
            assert now
            assert now == last or last.state is CheckpointState.OPEN
            assert (now.wave, now.attempt) >= (last.wave, last.attempt)
            assert set(now.tally.succeeded) >= set(last.tally.succeeded)
        last = now


def _take(bucket: Bucket, files: dict[int, Claimed], who: tuple[int, int], what: str) -> None:
    """One step of one attempt, or of the recorder."""
    number = who[0] * 3 + who[1]
    found = load_checkpoint(bucket, KEY, LOG)
    if what == "claim" and isinstance(claimed := fence(bucket, *who).claim(), Claimed):
        files[number] = claimed
    elif what == "close" and found.checkpoint and found.checkpoint.state is CheckpointState.OPEN:
        put(bucket, replace(found.checkpoint, state=CheckpointState.FAILED))
    elif what in ("save", "seal") and number in files:
        before = files[number].before
        tally = Tally((*(before.tally.succeeded if before else ()), number))
        sealed = {"state": CheckpointState.SEALED, "result": b"{}"} if what == "seal" else {}
        files[number].file.save(
            replace(DONE, wave=who[0], attempt=who[1], tally=tally, **sealed)  # type: ignore[arg-type]
        )
