"""The checkpoint's fence: what a later attempt saved stands, what a zombie saved does not."""

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from backroom.worker.bucket import Bucket
from backroom.worker.checkpoint import Checkpoint, CheckpointFile, load_checkpoint, parse_checkpoint
from backroom.worker.endings import Superseded
from backroom.worker.log import Log
from backroom.worker.patience import Patience
from backroom.worker.progress import Failure, Tally
from hypothesis import given
from hypothesis import strategies as st
from obstore.store import MemoryStore

if TYPE_CHECKING:
    from obstore.store import S3Store

KEY = "runs/j/r/checkpoints/0000007.json"
LOG = Log(lambda _: None, lambda: 0.0)
MINE = Checkpoint(7, 1, 2, "0123456789ab", Tally((0, 2), (), (Failure("b", '"e"', "Torn", "in two"),)), 10, 20, 1.5)


def new_bucket() -> Bucket:
    """An empty bucket in memory, with S3's conditional writes."""
    return Bucket("runs", cast("S3Store", MemoryStore()), Patience(lambda _: False))


def file_of(bucket: Bucket) -> CheckpointFile:
    """The checkpoint as an attempt finds it at its start."""
    return CheckpointFile(bucket, KEY, LOG, load_checkpoint(bucket, KEY, LOG).etag)


@given(
    succeeded=st.sets(st.integers(0, 1000)),
    skipped=st.sets(st.integers(0, 1000)),
    failures=st.lists(st.builds(Failure, st.text(), st.text(), st.text(), st.text()), max_size=5),
    seconds=st.integers(0, 10**7).map(lambda thousandths: thousandths / 1000),
)
def test_what_is_saved_is_read_again(
    succeeded: set[int], skipped: set[int], failures: list[Failure], seconds: float
) -> None:
    tally = Tally(tuple(sorted(succeeded)), tuple(sorted(skipped)), tuple(failures))
    checkpoint = replace(MINE, tally=tally, seconds=seconds)
    assert parse_checkpoint(checkpoint.to_json()) == checkpoint


def test_one_attempt_saves_as_often_as_it_likes() -> None:
    bucket = new_bucket()
    file = file_of(bucket)
    for done in range(5):
        saved = replace(MINE, tally=Tally(tuple(range(done))))
        file.save(lambda saved=saved: saved)  # type: ignore[misc]
        assert load_checkpoint(bucket, KEY, LOG).checkpoint == saved


@pytest.mark.parametrize(("wave", "attempt"), [(1, 3), (2, 1)])
def test_what_a_later_attempt_saved_stands(wave: int, attempt: int) -> None:
    bucket = new_bucket()
    zombie, later = file_of(bucket), file_of(bucket)
    theirs = replace(MINE, wave=wave, attempt=attempt)
    later.save(lambda: theirs)

    with pytest.raises(Superseded, match=f"attempt {attempt} of wave {wave} works on portion 7: attempt 2 of wave 1"):
        zombie.save(lambda: MINE)
    assert load_checkpoint(bucket, KEY, LOG).checkpoint == theirs


@pytest.mark.parametrize(
    "lying_there", [replace(MINE, attempt=1).to_json(), MINE.to_json(), b"torn", b'{"portion": 7}']
)
def test_what_a_zombie_or_nobody_saved_is_replaced(lying_there: bytes) -> None:
    bucket = new_bucket()
    file = file_of(bucket)
    bucket.put(KEY, lying_there, "application/json")

    file.save(lambda: MINE)

    assert load_checkpoint(bucket, KEY, LOG).checkpoint == MINE
