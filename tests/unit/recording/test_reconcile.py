"""What becomes of a portion, from whatever is known of it."""

from dataclasses import replace

from backroom.recording.batch_jobs import Trace
from backroom.recording.classify import Ending
from backroom.recording.reconcile import Evidence, merge_waves, succeeded, without_result
from backroom.recording.request import ArrayResult, describe_error
from backroom.recording.results import Report
from backroom.records import AttemptRecord, Items, PortionRecord
from backroom.words import Cause, Outcome
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
    record = succeeded(replace(KNOWN, reports=[first], trace=failed(Ending(137), Cause.PLATFORM)), result)
    assert (record.outcome, record.cause, record.items) == (Outcome.SUCCEEDED, Cause.OK, Items(5, 1, 0))
    assert [(attempt.attempt, attempt.cause) for attempt in record.attempts] == [
        (1, Cause.APP_RETRYABLE),
        (2, Cause.OK),
    ]
    assert not record.is_left


def test_without_result_and_without_trace_it_is_lost_and_another_wave_may_do_it() -> None:
    record = without_result(KNOWN)
    assert record.outcome is Outcome.LOST
    assert "parent" in record.message
    assert record.is_left


def test_what_was_never_submitted_says_why() -> None:
    array = ArrayResult(offset=0, size=2, status="FAILED", reason="TooManyRequestsException")
    assert "never submitted: TooManyRequestsException" in without_result(replace(KNOWN, array=array)).message


def test_an_end_that_batch_calls_good_without_result_is_lost() -> None:
    assert without_result(replace(KNOWN, trace=Trace("SUCCEEDED", (), Ending(0)))).outcome is Outcome.LOST
    assert without_result(replace(KNOWN, trace=failed(Ending(0), Cause.OK))).outcome is Outcome.LOST


def test_what_still_runs_is_lost_and_says_so() -> None:
    record = without_result(replace(KNOWN, trace=Trace("RUNNING", (), Ending())))
    assert record.outcome is Outcome.LOST
    assert "RUNNING" in record.message


def test_of_its_own_failure_the_container_knows_more_than_its_exit_code() -> None:
    said = report(2, Outcome.FAILED, Cause.APP_PERMANENT, "9 of 20 items failed, first: Truncated", Items(11, 9, 0))
    trace = failed(Ending(65), Cause.APP_RETRYABLE, Cause.APP_PERMANENT)
    record = without_result(replace(KNOWN, reports=[said], trace=trace))
    assert (record.outcome, record.cause, record.items) == (Outcome.FAILED, Cause.APP_PERMANENT, Items(11, 9, 0))
    assert record.message == "9 of 20 items failed, first: Truncated"
    assert [attempt.message for attempt in record.attempts] == ["end 1", record.message]
    assert not record.is_left


def test_what_was_done_to_it_batch_knows_better() -> None:
    said = report(1, Outcome.FAILED, Cause.APP_RETRYABLE, "stopped after 3 items", Items(3, 0, 0))
    trace = failed(Ending(75, "", "Job attempt duration exceeded timeout"), Cause.TIMEOUT)
    record = without_result(replace(KNOWN, reports=[said], trace=trace))
    assert (record.cause, record.items) == (Cause.TIMEOUT, Items(3, 0, 0))
    assert "timeout" in record.message


def test_an_older_attempts_report_does_not_speak_for_the_last_attempt() -> None:
    said = report(1, Outcome.FAILED, Cause.APP_RETRYABLE, "S3 was away")
    trace = failed(Ending(70), Cause.APP_RETRYABLE, Cause.APP_PERMANENT)
    record = without_result(replace(KNOWN, reports=[said], trace=trace))
    assert record.cause is Cause.APP_PERMANENT
    assert "70" in record.message


def test_a_cancelled_job_is_cancelled_and_not_left() -> None:
    record = without_result(replace(KNOWN, trace=failed(Ending(None, "", "enough", stopped=True))))
    assert record.outcome is Outcome.CANCELLED
    assert not record.is_left


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
