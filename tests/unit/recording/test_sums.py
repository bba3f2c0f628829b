"""How a run stands after a wave, and in which words."""

import pytest
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


@pytest.mark.parametrize(
    ("ends", "left", "again"),
    [([OK], 0, False), ([OK, BAD_DATA], 0, False), ([OK, SPOT], 1, True), ([SPOT, CANCELLED], 1, False)],
)
def test_another_wave_follows_while_something_is_left_unless_somebody_stopped_the_run(
    ends: list[tuple[Outcome, Cause]], left: int, again: bool
) -> None:
    assert decide(sums_of(*ends), 0.0, {}, left, "").again is again


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
    verdict = decide(sums_of(*[BAD_DATA] * bad, *[OK] * (of - bad)), tolerance, {}, 0, "")
    assert verdict.status is status
    assert ("tolerates" in verdict.message) == (bad > 0 and status is RunStatus.SUCCEEDED)


def test_the_message_counts_the_causes_and_names_the_first() -> None:
    verdict = decide(sums_of(*[OK] * 1197, BAD_DATA, MEMORY, MEMORY), 0.0, {}, 0, "")
    assert verdict.message == (
        "3 of 1,200 portions failed: 2 out_of_memory, 1 app_permanent (first: portion 1197, tenant acme: why)"
    )


def test_a_good_run_counts_its_items_and_an_empty_one_says_what_the_plan_said() -> None:
    assert decide(sums_of(OK, OK), 0.0, {}, 0, "").message == "2 portions succeeded: 4 items done, 2 failed"
    empty = decide(Sums(), 0.0, {}, 0, "nothing to do: 11 items unchanged, 2 failed before")
    assert (empty.status, empty.again, empty.message[:13]) == (RunStatus.SUCCEEDED, False, "nothing to do")


def test_tenants_are_summed_apart() -> None:
    sums = sums_of(OK, MEMORY)
    sums.add(PortionRecord(9, "solo", 1, *LOST))
    assert sums.tenants["acme"] == TenantSums(
        "acme", {Outcome.SUCCEEDED: 1, Outcome.FAILED: 1}, Items(4, 2, 0), Bytes(20, 10), 3.0
    )
    assert sums.tenants["solo"].portions == {Outcome.LOST: 1}
    assert (sums.items, sums.bytes, sums.seconds, sums.bad, sums.portions) == (Items(4, 2, 0), Bytes(20, 10), 3.0, 2, 3)


@pytest.mark.parametrize(
    ("own", "tolerance", "status"),
    [
        ({}, 0.5, RunStatus.SUCCEEDED),
        ({"acme": 0.0}, 0.5, RunStatus.FAILED),
        ({"acme": 0.5}, 0.0, RunStatus.SUCCEEDED),
        ({"solo": 0.0}, 0.0, RunStatus.FAILED),
    ],
)
def test_a_tenants_own_tolerance_holds_for_its_portions_and_the_jobs_for_the_others(
    own: dict[str, float], tolerance: float, status: RunStatus
) -> None:
    sums = sums_of(OK, BAD_DATA)
    sums.add(PortionRecord(9, "solo", 1, *OK))
    assert decide(sums, tolerance, own, 0, "").status is status


def test_what_was_split_counts_by_its_parts() -> None:
    sums = sums_of(OK)
    sums.add(PortionRecord(1, "acme", 2, Outcome.SKIPPED, Cause.TIMEOUT, split_into=(2, 3)))
    sums.add(PortionRecord(2, "acme", 2, *OK, split_from=1))
    sums.add(PortionRecord(3, "acme", 2, *BAD_DATA, "why", split_from=1))
    assert (sums.portions, sums.bad) == (3, 1)
    assert decide(sums, 0.0, {}, 0, "").message.startswith("1 of 3 portions failed: 1 app_permanent")
