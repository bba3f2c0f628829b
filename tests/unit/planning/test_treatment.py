"""What is done about a portion, by why it ended: a table of cases, each bound included."""

from dataclasses import replace

import pytest
from backroom.records import AttemptRecord, PortionRecord
from backroom.treatment import MOST_BISECTIONS, Kind, Limits, Treatment, treat
from backroom.words import Capacity, Cause, Outcome, Why

LIMITS = Limits(waves=3, memory_cap=6000, bisect=True, memory={"": 2000, "big": 6000}, onward=frozenset(["early"]))
PAUSED = Treatment(Kind.AGAIN, backoff=True)
ASIDE = Kind.SET_ASIDE


def failed(cause: Cause, wave: int = 1, **more: object) -> PortionRecord:
    record = PortionRecord(5, "acme", wave, Outcome.FAILED, cause, tries=wave, planned=10, unfinished=10)
    record = replace(record, attempts=(AttemptRecord(wave, 1, cause, exit_code=1),))
    return replace(record, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("cause", [Cause.SPOT_RECLAIM, Cause.HOST_LOST])
def test_what_spot_took_away_goes_on_demand_as_long_as_there_are_waves(cause: Cause) -> None:
    assert treat(failed(cause), LIMITS) == Treatment(Kind.AGAIN, Capacity.ON_DEMAND)
    assert treat(failed(cause, 3), LIMITS).kind is ASIDE


def test_out_of_memory_gets_twice_as_much_up_to_the_cap_and_is_bisected_there() -> None:
    assert treat(failed(Cause.OUT_OF_MEMORY), LIMITS) == Treatment(Kind.AGAIN, memory=4000)
    assert treat(failed(Cause.OUT_OF_MEMORY, 2, memory=4000), LIMITS) == Treatment(Kind.AGAIN, memory=6000)
    at_the_cap = failed(Cause.OUT_OF_MEMORY, 2, memory=6000)
    assert treat(at_the_cap, LIMITS) == Treatment(Kind.BISECT, memory=6000, counts=False)
    assert treat(at_the_cap, replace(LIMITS, bisect=False)).kind is ASIDE
    assert treat(failed(Cause.OUT_OF_MEMORY, stage="big"), LIMITS).kind is Kind.BISECT
    assert treat(failed(Cause.OUT_OF_MEMORY), replace(LIMITS, memory_cap=None)).kind is Kind.BISECT
    assert treat(failed(Cause.OUT_OF_MEMORY, 3, memory=4000), LIMITS).kind is ASIDE


def test_app_retryable_is_tried_again_after_a_pause_where_it_was() -> None:
    assert treat(failed(Cause.APP_RETRYABLE), LIMITS) == PAUSED
    moved = failed(Cause.APP_RETRYABLE, 2, queue="on_demand", memory=4000)
    assert treat(moved, LIMITS) == Treatment(Kind.AGAIN, Capacity.ON_DEMAND, 4000, backoff=True)
    assert treat(failed(Cause.APP_RETRYABLE, 3), LIMITS).kind is ASIDE


@pytest.mark.parametrize("cause", [Cause.IMAGE_PULL, Cause.PLATFORM])
def test_the_platform_may_fail_a_portion_once(cause: Cause) -> None:
    assert treat(failed(cause), LIMITS) == PAUSED
    twice = failed(cause, 2, attempts=(AttemptRecord(1, 1, cause), AttemptRecord(2, 1, cause)))
    assert treat(twice, LIMITS).kind is ASIDE
    other = failed(cause, 2, attempts=(AttemptRecord(1, 1, Cause.SPOT_RECLAIM), AttemptRecord(2, 1, cause)))
    assert treat(other, LIMITS) == PAUSED


def test_timeout_is_split_once_in_a_lineage() -> None:
    assert treat(failed(Cause.TIMEOUT), LIMITS) == Treatment(Kind.SPLIT)
    assert treat(failed(Cause.TIMEOUT, 2, why=Why.TIMEOUT), LIMITS).kind is ASIDE
    assert treat(failed(Cause.TIMEOUT, 3), LIMITS).kind is ASIDE
    assert treat(failed(Cause.TIMEOUT, unfinished=1), LIMITS).kind is ASIDE
    assert treat(failed(Cause.TIMEOUT, unfinished=0), LIMITS).kind is ASIDE
    assert treat(failed(Cause.TIMEOUT, planned=0, unfinished=0, only="index"), LIMITS).kind is ASIDE


def test_app_permanent_is_bisected_until_one_item_is_alone() -> None:
    crashed = failed(Cause.APP_PERMANENT, 3)
    assert treat(crashed, LIMITS) == Treatment(Kind.BISECT, counts=False)
    assert treat(crashed, replace(LIMITS, bisect=False)) == Treatment(ASIDE, reason="it would fail again")
    assert treat(replace(crashed, unfinished=1), LIMITS).poison
    assert not treat(replace(crashed, unfinished=0), LIMITS).poison
    assert not treat(replace(crashed, unfinished=1), replace(LIMITS, bisect=False)).poison
    assert treat(replace(crashed, unfinished=1, stage="early"), LIMITS).kind is Kind.BISECT


def test_app_permanent_that_knows_its_bad_items_is_set_aside() -> None:
    known = failed(Cause.APP_PERMANENT, attempts=(AttemptRecord(1, 1, Cause.APP_PERMANENT, exit_code=65),))
    assert treat(known, LIMITS) == Treatment(ASIDE, reason="too many of its items failed")
    beside = AttemptRecord(1, 1, Cause.OK, exit_code=0, stage="another")
    assert treat(replace(known, attempts=(*known.attempts, beside)), LIMITS).kind is ASIDE
    crashed = AttemptRecord(1, 2, Cause.APP_PERMANENT, exit_code=139)
    assert treat(replace(known, attempts=(*known.attempts, crashed)), LIMITS).kind is Kind.BISECT


@pytest.mark.parametrize(
    ("code", "reason"), [(77, "AWS refuses what it asks for"), (78, "its container is set up wrongly")]
)
@pytest.mark.parametrize("unfinished", [1, 10_000])
def test_what_is_wrong_for_all_items_is_not_looked_for_among_them(code: int, reason: str, unfinished: int) -> None:
    refused = failed(Cause.APP_PERMANENT, attempts=(AttemptRecord(1, 1, Cause.APP_PERMANENT, exit_code=code),))
    assert treat(replace(refused, unfinished=unfinished), LIMITS) == Treatment(ASIDE, reason=reason)


def test_lost_is_tried_again_after_a_pause() -> None:
    lost = replace(failed(Cause.PLATFORM), outcome=Outcome.LOST, attempts=())
    assert treat(lost, LIMITS) == PAUSED
    assert treat(replace(lost, tries=3), LIMITS).kind is ASIDE


@pytest.mark.parametrize("outcome", [Outcome.SKIPPED, Outcome.LOST, Outcome.FAILED])
def test_a_combining_portion_that_never_began_waits_on_without_that_it_counts(outcome: Outcome) -> None:
    waiting = replace(failed(Cause.PLATFORM, 9), outcome=outcome, only="index", stage="index", attempts=())
    assert treat(waiting, LIMITS) == Treatment(Kind.AGAIN, counts=False)
    began = replace(waiting, attempts=(AttemptRecord(9, 1, Cause.PLATFORM, stage="index"),))
    assert treat(began, LIMITS).kind is ASIDE


def test_what_is_done_stopped_or_divided_is_left_alone() -> None:
    done = failed(Cause.OK)
    assert treat(replace(done, outcome=Outcome.SUCCEEDED), LIMITS).kind is Kind.DONE
    assert treat(failed(Cause.CANCELLED, outcome=Outcome.CANCELLED), LIMITS).kind is Kind.DONE
    assert treat(failed(Cause.TIMEOUT, outcome=Outcome.SKIPPED, split_into=(7, 8)), LIMITS).kind is Kind.DONE


def test_no_run_has_more_waves_than_its_own_and_those_that_bisecting_takes() -> None:
    last = replace(failed(Cause.APP_PERMANENT), wave=LIMITS.waves + MOST_BISECTIONS)
    assert treat(last, LIMITS).kind is ASIDE
    assert treat(replace(last, wave=last.wave - 1), LIMITS).kind is Kind.BISECT
