"""What becomes of items: exact under threads, failures by name, tolerance to the item, endings never swallowed."""

import errno
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import cast

import pytest
from backroom.worker.bucket import Bucket
from backroom.worker.endings import BadItem, DiskFull, Ending, NoPermission, Skip, Stopped, TooManyFailures, Unfinished
from backroom.worker.handover import Handovers
from backroom.worker.log import Log
from backroom.worker.outputs import Outputs
from backroom.worker.portion import Item, Portion
from backroom.worker.work import Work
from hypothesis import given
from hypothesis import strategies as st


class Torn(BadItem):
    """A reason of a job."""


def work_on(count: int, tolerance: float = 1.0) -> Work:
    """Work on a portion of that many items. Nothing here touches the tenant's bucket."""
    items = tuple(Item(index, f"item-{index}", '"etag"', 1) for index in range(count))
    portion = Portion(1, "t", "b", "", {}, "0" * 12, items, 1.0, "0" * 12)
    log, stop = Log(lambda _: None, lambda: 0.0), threading.Event()
    return Work(portion, cast("Bucket", None), cast("Outputs", None), cast("Handovers", None), log, stop, tolerance)


@given(
    fates=st.lists(st.sampled_from(["fine", "torn", "skip", "error"]), max_size=40),
    threads=st.integers(1, 8),
    done=st.sets(st.integers(0, 39)),
)
def test_every_item_meets_its_fate_once_whatever_the_threads(fates: list[str], threads: int, done: set[int]) -> None:
    work, seen, lock = work_on(len(fates)), Counter[int](), threading.Lock()
    before = {index for index in done if index < len(fates)}
    for index in before:
        work.progress.succeed(work.portion.items[index])

    def do(item: Item) -> None:
        with lock:
            seen[item.index] += 1
        match fates[item.index]:
            case "torn":
                raise Torn("in two")
            case "skip":
                raise Skip("nothing to do")
            case "error":
                raise KeyError("bug")

    work.each(do, threads)
    work.check_finished()

    left = [index for index in range(len(fates)) if index not in before]
    tally = work.progress.tally()
    assert seen == Counter(left)
    assert set(tally.succeeded) == before | {index for index in left if fates[index] == "fine"}
    assert list(tally.skipped) == [index for index in left if fates[index] == "skip"]
    names = {"torn": "Torn", "error": "KeyError"}
    assert [(failure.item, failure.error) for failure in tally.failures] == [
        (f"item-{index}", names[fates[index]]) for index in left if fates[index] in names
    ]


@given(count=st.integers(1, 60), tolerance=st.integers(0, 20).map(lambda twentieths: twentieths / 20))
def test_exactly_the_tolerated_share_may_fail(count: int, tolerance: float) -> None:
    allowed = round(tolerance * 20) * count // 20
    work, survived = work_on(count, tolerance), 0
    with suppress(TooManyFailures):
        for item in work.items():
            with work.item(item):
                raise Torn("in two")
            survived += 1
    assert survived == min(allowed, count)


def test_only_refusals_are_a_wrong_role_and_some_refusals_are_items() -> None:
    refused = NoPermission("GET s3://b/k is refused")
    work = work_on(4, tolerance=0.25)
    with work.item(work.portion.items[0]):
        raise refused
    with pytest.raises(NoPermission), work.item(work.portion.items[1]):
        raise refused

    mixed = work_on(4, tolerance=0.25)
    with mixed.item(mixed.portion.items[0]):
        pass
    with mixed.item(mixed.portion.items[1]):
        raise refused
    with pytest.raises(TooManyFailures), mixed.item(mixed.portion.items[2]):
        raise refused


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (MemoryError(), MemoryError),
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
        (Stopped("asked to stop"), Stopped),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
@pytest.mark.parametrize("threads", [1, 4])
def test_what_is_not_the_items_fault_ends_the_attempt(
    raised: BaseException, expected: type[BaseException], threads: int
) -> None:
    work = work_on(50)

    def do(item: Item) -> None:
        if item.index == 10:
            raise raised

    with pytest.raises(expected):
        work.each(do, threads)
    assert len(work.progress.tally().succeeded) < 50
    assert work.progress.tally().failures == ()


def test_a_jobs_own_except_cannot_swallow_an_ending() -> None:
    def swallow(function: Callable[[], None]) -> None:
        with suppress(Exception):
            function()

    def end() -> None:
        raise Stopped("asked to stop")

    with pytest.raises(Ending):
        swallow(end)


def test_no_item_is_handed_out_once_the_container_is_asked_to_stop() -> None:
    work, done = work_on(100), []

    def do(item: Item) -> None:
        done.append(item.index)
        if len(done) == 3:
            work.stop.set()

    with pytest.raises(Stopped):
        work.each(do)
    assert done == [0, 1, 2]
    assert work.progress.tally().succeeded == (0, 1, 2)


def test_items_passed_over_in_silence_are_a_bug() -> None:
    work = work_on(3)
    with work.item(work.portion.items[0]):
        pass
    for item in work.items():
        assert item.index
    with pytest.raises(Unfinished, match="2 items untouched, first item-1"):
        work.check_finished()
