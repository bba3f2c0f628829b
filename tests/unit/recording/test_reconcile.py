"""What becomes of a portion, from whatever is known of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from backroom.costs import Room, shipped_prices
from backroom.recording.attempts import Place
from backroom.recording.batch_jobs import Trace
from backroom.recording.classify import Ending
from backroom.recording.merging import chained, merge_waves, split
from backroom.recording.reconcile import Evidence, judge
from backroom.recording.request import ArrayResult, describe_error
from backroom.recording.results import Report
from backroom.records import AttemptRecord, Bytes, Items, PortionRecord
from backroom.treatment import Limits, treat
from backroom.words import Capacity, Cause, Outcome
from hypothesis import given
from hypothesis import strategies as st

ARRAY = ArrayResult(offset=0, size=2, batch_job_id="parent", status="FAILED")
KNOWN = Evidence(17, "acme", 1, ARRAY)


def report(attempt: int, outcome: Outcome, cause: Cause, message: str = "", items: Items = Items()) -> Report:  # noqa: B008
    return Report(
        portion=17, tenant="acme", wave=1, attempt=attempt, outcome=outcome, cause=cause, message=message, items=items
    )


def failed(ending: Ending, *causes: Cause) -> Trace:
    attempts = tuple(AttemptRecord(1, number, cause, f"end {number}") for number, cause in enumerate(causes, 1))
    return Trace("FAILED", attempts, ending)


def test_a_result_holds_whatever_batch_says() -> None:
    first = report(1, Outcome.FAILED, Cause.APP_RETRYABLE, "S3 was away")
    result = report(2, Outcome.SUCCEEDED, Cause.OK, items=Items(5, 1, 0))
    record = judge(replace(KNOWN, reports=[first], trace=failed(Ending(75), Cause.APP_RETRYABLE), result=result))
    assert (record.outcome, record.cause, record.items) == (Outcome.SUCCEEDED, Cause.OK, Items(5, 1, 0))
    assert [(attempt.attempt, attempt.cause) for attempt in record.attempts] == [
        (1, Cause.APP_RETRYABLE),
        (2, Cause.OK),
    ]
    assert not treat(record, Limits(waves=2)).goes_on


def test_without_result_and_without_trace_it_is_lost_and_another_wave_may_do_it() -> None:
    record = judge(KNOWN)
    assert record.outcome is Outcome.LOST
    assert "parent" in record.message
    assert treat(record, Limits(waves=2)).goes_on


def test_what_was_never_submitted_says_why() -> None:
    array = ArrayResult(offset=0, size=2, status="FAILED", reason="TooManyRequestsException")
    assert "never submitted: TooManyRequestsException" in judge(replace(KNOWN, array=array)).message


def test_of_a_lost_host_batch_has_the_word_and_of_all_else_the_attempt() -> None:
    said = report(1, Outcome.FAILED, Cause.APP_PERMANENT, "ConnectionError")
    lost = judge(replace(KNOWN, reports=[said], trace=failed(Ending(70, lost_node="node 1 of 3"), Cause.HOST_LOST)))
    assert (lost.cause, lost.message, lost.attempts[0].message) == (
        Cause.HOST_LOST,
        "node 1 of 3, exit code 70",
        "end 1",
    )
    own = judge(replace(KNOWN, reports=[said], trace=failed(Ending(70), Cause.APP_PERMANENT)))
    assert (own.message, own.attempts[0].message) == ("ConnectionError", "ConnectionError")


@pytest.mark.parametrize(
    ("queue", "cause"),
    [("spot", Cause.SPOT_RECLAIM), ("on_demand", Cause.HOST_LOST), ("multi_node", Cause.HOST_LOST)],
)
def test_only_spot_is_reclaimed_though_batch_says_the_same_of_every_host(queue: str, cause: Cause) -> None:
    ending = Ending(None, "", "Host EC2 (instance i-0a1b2c3d4e5f60718) terminated.")
    record = judge(replace(KNOWN, trace=failed(ending, Cause.SPOT_RECLAIM), place=Place(queue=queue)))
    assert (record.cause, record.attempts[0].cause) == (cause, cause)
    assert treat(record, Limits(waves=2)).queue is Capacity.ON_DEMAND


def test_an_end_that_batch_calls_good_without_result_is_lost() -> None:
    assert judge(replace(KNOWN, trace=Trace("SUCCEEDED", (), Ending(0)))).outcome is Outcome.LOST
    assert judge(replace(KNOWN, trace=failed(Ending(0), Cause.OK))).outcome is Outcome.LOST


def test_what_still_runs_is_lost_and_says_so() -> None:
    record = judge(replace(KNOWN, trace=Trace("RUNNING", (), Ending())))
    assert record.outcome is Outcome.LOST
    assert "RUNNING" in record.message


def test_of_its_own_failure_the_container_knows_more_than_its_exit_code() -> None:
    said = report(2, Outcome.FAILED, Cause.APP_PERMANENT, "9 of 20 items failed, first: Truncated", Items(11, 9, 0))
    trace = failed(Ending(65), Cause.APP_RETRYABLE, Cause.APP_PERMANENT)
    record = judge(replace(KNOWN, reports=[said], trace=trace))
    assert (record.outcome, record.cause, record.items) == (Outcome.FAILED, Cause.APP_PERMANENT, Items(11, 9, 0))
    assert record.message == "9 of 20 items failed, first: Truncated"
    assert [attempt.message for attempt in record.attempts] == ["end 1", record.message]
    assert not treat(record, Limits(waves=2)).goes_on


def test_what_was_done_to_it_batch_knows_better() -> None:
    said = report(1, Outcome.FAILED, Cause.APP_RETRYABLE, "stopped after 3 items", Items(3, 0, 0))
    trace = failed(Ending(75, "", "Job attempt duration exceeded timeout"), Cause.TIMEOUT)
    record = judge(replace(KNOWN, reports=[said], trace=trace))
    assert (record.cause, record.items) == (Cause.TIMEOUT, Items(3, 0, 0))
    assert "timeout" in record.message


def test_an_older_attempts_report_does_not_speak_for_the_last_attempt() -> None:
    said = report(1, Outcome.FAILED, Cause.APP_RETRYABLE, "S3 was away")
    trace = failed(Ending(70), Cause.APP_RETRYABLE, Cause.APP_PERMANENT)
    record = judge(replace(KNOWN, reports=[said], trace=trace))
    assert record.cause is Cause.APP_PERMANENT
    assert "70" in record.message


def test_a_cancelled_job_is_cancelled_and_not_left() -> None:
    record = judge(replace(KNOWN, trace=failed(Ending(None, "", "enough", stopped=True))))
    assert record.outcome is Outcome.CANCELLED
    assert not treat(record, Limits(waves=2)).goes_on


def test_an_attempt_tells_what_it_waited_took_and_cost() -> None:
    def at(minute: int) -> datetime:
        return datetime(2026, 11, 27, 3, minute, tzinfo=UTC)

    tries = (
        AttemptRecord(1, 1, Cause.SPOT_RECLAIM, created_at=at(0), started_at=at(2), ended_at=at(5)),
        AttemptRecord(1, 2, Cause.TIMEOUT, created_at=at(0), started_at=at(6), ended_at=at(16)),
    )
    timed_out = Ending(137, "", "Job attempt duration exceeded timeout")
    place = Place("images", "on_demand", Room(2, 4096), shipped_prices())
    record = judge(replace(KNOWN, trace=Trace("FAILED", tries, timed_out), place=place))
    assert [(one.waited, one.seconds) for one in record.attempts] == [(120.0, 180.0), (60.0, 600.0)]
    assert {(one.stage, one.queue, one.capacity) for one in record.attempts} == {("images", "on_demand", "on_demand")}
    assert record.cost == pytest.approx(Room(2, 4096).cost(shipped_prices(), Capacity.ON_DEMAND, 780.0))


def test_a_stage_that_never_began_is_skipped_because_of_the_one_before_it() -> None:
    record = judge(replace(KNOWN, waits_for="fetch", trace=failed(Ending(None, "", "Dependent Job failed"))))
    assert (record.outcome, record.message) == (Outcome.SKIPPED, "not started: fetch before it did not succeed")


def test_a_chains_outcome_is_that_of_the_first_stage_that_did_not_succeed_and_its_seconds_are_all_stages() -> None:
    done = PortionRecord(17, "acme", 1, Outcome.SUCCEEDED, Cause.OK, "5 items succeeded", seconds=2.0, bytes=Bytes(3))
    bad = PortionRecord(17, "acme", 1, Outcome.FAILED, Cause.TIMEOUT, "too long", seconds=4.0, bytes=Bytes(0, 7))
    skipped = PortionRecord(17, "acme", 1, Outcome.SKIPPED, Cause.PLATFORM, "not started")
    record = chained({"fetch": done, "images": bad, "index": skipped})
    assert (record.outcome, record.cause, record.stage) == (Outcome.FAILED, Cause.TIMEOUT, "images")
    assert (record.seconds, record.bytes) == (6.0, Bytes(3, 7))
    assert [stage.outcome for stage in record.stages.values()] == [
        Outcome.SUCCEEDED,
        Outcome.FAILED,
        Outcome.SKIPPED,
    ]
    later = replace(done, wave=2)
    (merged,) = merge_waves([record], [chained({"images": later, "index": later})])
    assert (merged.outcome, merged.stage, list(merged.stages)) == (Outcome.SUCCEEDED, "index", list(record.stages))
    assert merged.seconds == 6.0


def test_a_portion_that_was_split_keeps_what_was_known_of_it_and_its_parts_are_new() -> None:
    old = PortionRecord(3, "acme", 1, Outcome.FAILED, Cause.TIMEOUT, "too long", Items(4), seconds=60.0)
    part = PortionRecord(9, "acme", 2, Outcome.SUCCEEDED, Cause.OK, split_from=3)
    stranger = PortionRecord(5, "acme", 1, Outcome.SUCCEEDED, Cause.OK)
    unknown = split(4, "acme", 2, [10])
    merged = list(merge_waves([old, stranger], [split(3, "acme", 2, [9, 8]), unknown, part]))
    assert [record.portion for record in merged] == [3, 5, 9]
    parent = merged[0]
    assert (parent.outcome, parent.message, parent.split_into) == (Outcome.SKIPPED, "split into 8, 9", (8, 9))
    assert (parent.cause, parent.items, parent.seconds, parent.wave) == (Cause.TIMEOUT, Items(4), 60.0, 2)
    assert next(merge_waves(merged, [split(3, "acme", 3, [9])])) == parent


@given(st.sets(st.integers(0, 30)), st.data())
def test_a_later_wave_takes_the_place_of_what_it_did_again(portions: set[int], data: st.DataObject) -> None:
    again = data.draw(st.sets(st.sampled_from(sorted(portions)))) if portions else set()
    tried = AttemptRecord(1, 1, Cause.HOST_LOST)
    before = [PortionRecord(n, "t", 1, Outcome.LOST, Cause.PLATFORM, attempts=(tried,)) for n in sorted(portions)]
    done = AttemptRecord(2, 1, Cause.OK)
    latest = [PortionRecord(n, "t", 2, Outcome.SUCCEEDED, Cause.OK, attempts=(done,)) for n in sorted(again)]
    after = list(merge_waves(before, latest))
    assert [record.portion for record in after] == sorted(portions)
    for record in after:
        assert (record.outcome is Outcome.SUCCEEDED) == (record.portion in again)
        assert record.attempts == ((tried, done) if record.portion in again else (tried,))


def test_an_error_is_told_in_its_own_words() -> None:
    cause = '{"errorMessage": "unknown tenant", "errorType": "UnknownTenantError"}'
    assert describe_error({"Error": "UnknownTenantError", "Cause": cause}) == "UnknownTenantError: unknown tenant"
    assert describe_error({"Error": "States.Timeout", "Cause": ""}) == "States.Timeout"
    assert describe_error({"Error": "Lambda.Unknown", "Cause": "exited"}) == "Lambda.Unknown: exited"
