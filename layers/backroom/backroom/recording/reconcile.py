"""Brings together what is known of a portion in a wave: results, attempts' reports, Batch's trace. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from backroom.recording.attempts import Place, placed
from backroom.recording.batch_jobs import Trace
from backroom.recording.classify import classify, describe
from backroom.recording.request import ArrayResult
from backroom.recording.results import Report
from backroom.recording.seen import filled
from backroom.records import AttemptRecord, PortionRecord
from backroom.words import Cause, Outcome

_OF_THE_APPLICATION = frozenset({Cause.APP_RETRYABLE, Cause.APP_PERMANENT})

DEPENDENCY_FAILED = "Dependent Job failed"
"""Batch's reason of a job that one of those which it depends on kept from beginning."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a portion's stage in a wave."""

    portion: int
    tenant: str
    wave: int
    array: ArrayResult | None = None
    """The submission that it was part of."""
    reports: Sequence[Report] = ()
    """What its attempts in this wave said of themselves, in order."""
    trace: Trace | None = None
    result: Report | None = None
    spoilt: str | None = None
    """What is wrong with its result, if there is one that cannot be read."""
    place: Place = field(default_factory=Place)
    seen: Mapping[int, AttemptRecord] = field(default_factory=dict)
    """Its attempts in this wave as events told of them, by number."""
    waits_for: str | None = None
    """The stage before it that did not succeed, so that this one never began."""


def judge(evidence: Evidence) -> PortionRecord:
    """Give the record of what is known: a result holds, whatever Batch says."""
    if evidence.result is not None:
        return _succeeded(evidence, evidence.result)
    if evidence.spoilt is not None:
        # It will not be written again, so somebody must look.
        message = f"its result cannot be read; delete it and resume: {evidence.spoilt}"
        return _record(evidence, Outcome.FAILED, Cause.APP_PERMANENT, message)
    cause_of_wait = _waited_for(evidence)
    if cause_of_wait is not None and not evidence.reports:
        message = f"not started: {cause_of_wait} before it did not succeed"
        return _record(evidence, Outcome.SKIPPED, Cause.PLATFORM, message)
    return _without_result(evidence)


def _waited_for(evidence: Evidence) -> str | None:
    """Say what a stage that never began has waited for: one of the same portion, or what Batch says of others."""
    trace = evidence.trace
    if trace is None or trace.attempts or not trace.ending.status_reason.startswith(DEPENDENCY_FAILED):
        return evidence.waits_for
    return evidence.waits_for or "a portion that comes"


def _succeeded(evidence: Evidence, result: Report) -> PortionRecord:
    seen = evidence.seen.get(result.attempt) if result.wave == evidence.wave else None
    last = filled(result.as_attempt(), seen)
    attempts = {(one.wave, one.attempt): one for one in (*_attempts(evidence), last)}
    record = PortionRecord(
        evidence.portion,
        evidence.tenant,
        evidence.wave,
        result.outcome,
        result.cause,
        result.message,
        result.items,
        result.bytes,
        result.seconds,
        failed_items=result.failed_items,
    )
    return replace(record, attempts=tuple(placed((attempts[key] for key in sorted(attempts)), evidence.place)))


def _without_result(evidence: Evidence) -> PortionRecord:
    trace = evidence.trace
    if trace is None or trace.status != "FAILED":
        return _lost(evidence, _why_lost(evidence))
    cause = evidence.place.cause(classify(trace.ending))
    if cause is Cause.OK:
        return _lost(evidence, "the container ended with exit code 0 but left no result")
    outcome = Outcome.CANCELLED if cause is Cause.CANCELLED else Outcome.FAILED
    record = _record(evidence, outcome, cause, describe(trace.ending))
    last = _last_report(evidence)
    # Of its own failures the container knows more than its exit code tells; of what was done to it, Batch knows.
    return replace(record, cause=last.cause, message=last.message) if last and cause in _OF_THE_APPLICATION else record


def _why_lost(evidence: Evidence) -> str:
    array, trace = evidence.array, evidence.trace
    if trace is not None:
        return f"it left no result, and Batch says it is {trace.status}"
    if array is None or array.batch_job_id is None:
        return f"it was never submitted: {(array and array.reason) or 'the state machine says nothing of it'}"
    return f"it left no result, and Batch has no trace of it in {array.batch_job_id}"


def _lost(evidence: Evidence, message: str) -> PortionRecord:
    return _record(evidence, Outcome.LOST, Cause.PLATFORM, message)


def _record(evidence: Evidence, outcome: Outcome, cause: Cause, message: str) -> PortionRecord:
    last = _last_report(evidence)
    attempts = tuple(placed(_attempts(evidence), evidence.place))
    record = PortionRecord(evidence.portion, evidence.tenant, evidence.wave, outcome, cause, message, attempts=attempts)
    if last is None:
        return record
    return replace(record, items=last.items, bytes=last.bytes, seconds=last.seconds, failed_items=last.failed_items)


def _last_report(evidence: Evidence) -> Report | None:
    """Give the report of the last attempt, unless Batch knows of a later one that could not report."""
    if not evidence.reports:
        return None
    made = len(evidence.trace.attempts) if evidence.trace else 0
    return evidence.reports[-1] if evidence.reports[-1].attempt >= made else None


def _attempts(evidence: Evidence) -> list[AttemptRecord]:
    reported = {report.attempt: report for report in evidence.reports}
    known = dict(evidence.seen)
    for report in evidence.reports:
        known[report.attempt] = filled(report.as_attempt(), evidence.seen.get(report.attempt))
    for attempt in evidence.trace.attempts if evidence.trace else ():
        said = reported.get(attempt.attempt)
        # Which host was lost Batch alone knows; of all else the attempt says more.
        known[attempt.attempt] = (
            replace(attempt, message=said.message) if said and attempt.cause is not Cause.HOST_LOST else attempt
        )
    return [known[number] for number in sorted(known)]
