"""How a run stands after a wave, and in which words."""

import pytest
from backroom.planning.job import JobRow
from backroom.recording.sums import Sums, decide
from backroom.records import Bytes, Items, PortionRecord, TenantSums
from backroom.words import Cause, Outcome, RunStatus

OK = (Outcome.SUCCEEDED, Cause.OK)
MEMORY = (Outcome.FAILED, Cause.OUT_OF_MEMORY)
BAD_DATA = (Outcome.FAILED, Cause.APP_PERMANENT)
SPOT = (Outcome.FAILED, Cause.SPOT_RECLAIM)
LOST = (Outcome.LOST, Cause.PLATFORM)
CANCELLED = (Outcome.CANCELLED, Cause.CANCELLED)


def sums_of(*ends: tuple[Outcome, Cause]) -> Sums:
    sums = Sums()
    for number, (outcome, cause) in enumerate(ends):
        sums.add(PortionRecord(number, "acme", 1, outcome, cause, "why", Items(2, 1, 0), Bytes(10, 5), 1.5))
    return sums


def row(waves: int = 3, tolerance: float = 0.0) -> JobRow:
    return JobRow(
        job="j", portion_items=1, portion_seconds=1, waves=waves, item_tolerance=0, portion_tolerance=tolerance
    )


@pytest.mark.parametrize(
    ("ends", "again"),
    [
        ([OK], False),
        ([OK, MEMORY, BAD_DATA], False),
        ([OK, SPOT], True),
        ([OK, LOST, MEMORY], True),
        ([SPOT, CANCELLED], False),
    ],
)
def test_another_wave_follows_while_something_is_left_that_it_may_mend(
    ends: list[tuple[Outcome, Cause]], again: bool
) -> None:
    assert decide(sums_of(*ends), row(), 1, "").again is again
    assert decide(sums_of(*ends), row(), 2, "").again is again
    assert decide(sums_of(*ends), row(), 3, "").again is False


@pytest.mark.parametrize(
    ("bad", "of", "tolerance", "status"),
    [
        (0, 10, 0.0, RunStatus.SUCCEEDED),
        (1, 10, 0.0, RunStatus.FAILED),
        (1, 10, 0.1, RunStatus.SUCCEEDED),
        (2, 10, 0.1, RunStatus.FAILED),
        (10, 10, 1.0, RunStatus.SUCCEEDED),
    ],
)
def test_more_bad_portions_than_tolerated_fail_the_run(bad: int, of: int, tolerance: float, status: RunStatus) -> None:
    verdict = decide(sums_of(*[BAD_DATA] * bad, *[OK] * (of - bad)), row(tolerance=tolerance), 1, "")
    assert verdict.status is status
    assert ("tolerates" in verdict.message) == (bad > 0 and status is RunStatus.SUCCEEDED)


def test_the_message_counts_the_causes_and_names_the_first() -> None:
    verdict = decide(sums_of(*[OK] * 1197, BAD_DATA, MEMORY, MEMORY), row(), 3, "")
    assert verdict.message == (
        "3 of 1,200 portions failed: 2 out_of_memory, 1 app_permanent (first: portion 1197, tenant acme: why)"
    )


def test_a_good_run_counts_its_items_and_an_empty_one_says_what_the_plan_said() -> None:
    assert decide(sums_of(OK, OK), row(), 1, "").message == "2 portions succeeded: 4 items done, 2 failed"
    empty = decide(Sums(), row(), 1, "nothing to do: 11 items unchanged, 2 failed before")
    assert (empty.status, empty.again, empty.message[:13]) == (RunStatus.SUCCEEDED, False, "nothing to do")


def test_tenants_are_summed_apart() -> None:
    sums = sums_of(OK, MEMORY)
    sums.add(PortionRecord(9, "solo", 1, *LOST))
    assert sums.tenants["acme"] == TenantSums(
        "acme", {Outcome.SUCCEEDED: 1, Outcome.FAILED: 1}, Items(4, 2, 0), Bytes(20, 10), 3.0
    )
    assert sums.tenants["solo"].portions == {Outcome.LOST: 1}
    assert (sums.items, sums.bytes, sums.seconds, sums.bad, sums.portions) == (Items(4, 2, 0), Bytes(20, 10), 3.0, 2, 3)
