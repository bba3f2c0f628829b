"""Brings together what is known of one portion: its result, its attempts' reports, Batch's trace. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from backroom.recording.batch_jobs import Trace
from backroom.recording.classify import classify, describe
from backroom.recording.request import ArrayResult
from backroom.recording.results import Report
from backroom.records import AttemptRecord, PortionRecord
from backroom.words import Cause, Outcome

_OF_THE_APPLICATION = frozenset({Cause.APP_RETRYABLE, Cause.APP_PERMANENT})


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a portion in a wave, beside its result."""

    portion: int
    tenant: str
    wave: int
    array: ArrayResult | None = None
    """The submission that it was part of."""
    reports: Sequence[Report] = ()
    """What its attempts in this wave said of themselves, in order."""
    trace: Trace | None = None


def succeeded(evidence: Evidence, result: Report) -> PortionRecord:
    """Give the record of a portion that has a result: it holds, whatever Batch says."""
    attempts = (*(report.as_attempt() for report in evidence.reports), result.as_attempt())
    return PortionRecord(
        evidence.portion,
        evidence.tenant,
        evidence.wave,
        result.outcome,
        result.cause,
        result.message,
        result.items,
        result.bytes,
        result.seconds,
        attempts,
        result.failed_items,
    )


def without_result(evidence: Evidence) -> PortionRecord:
    """Give the record of a portion that has no result."""
    trace = evidence.trace
    if trace is None or trace.status != "FAILED":
        return _lost(evidence, _why_lost(evidence))
    cause = classify(trace.ending)
    if cause is Cause.OK:
        return _lost(evidence, "the container ended with exit code 0 but left no result")
    outcome = Outcome.CANCELLED if cause is Cause.CANCELLED else Outcome.FAILED
    record = _record(evidence, outcome, cause, describe(trace.ending))
    last = _last_report(evidence)
    # Of its own failures the container knows more than its exit code tells; of what was done to it, Batch knows.
    return replace(record, cause=last.cause, message=last.message) if last and cause in _OF_THE_APPLICATION else record


def unreadable_result(evidence: Evidence, error: ValueError) -> PortionRecord:
    """Give the record of a portion whose result is not one: it will not be written again, so somebody must look."""
    return _record(
        evidence, Outcome.FAILED, Cause.APP_PERMANENT, f"its result cannot be read; delete it and resume: {error}"
    )


def merge_waves(before: Iterable[PortionRecord], latest: Iterable[PortionRecord]) -> Iterator[PortionRecord]:
    """Put a wave's records in the place of those that they follow, attempts added up; both sorted by portion."""
    stream = iter(latest)
    new = next(stream, None)
    for old in before:
        if new is None or new.portion != old.portion:
            yield old
        else:
            earlier = tuple(attempt for attempt in old.attempts if attempt.wave < new.wave)
            yield replace(new, attempts=(*earlier, *new.attempts))
            new = next(stream, None)


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
    record = PortionRecord(
        evidence.portion, evidence.tenant, evidence.wave, outcome, cause, message, attempts=_attempts(evidence)
    )
    if last is None:
        return record
    return replace(record, items=last.items, bytes=last.bytes, seconds=last.seconds, failed_items=last.failed_items)


def _last_report(evidence: Evidence) -> Report | None:
    """Give the report of the last attempt, unless Batch knows of a later one that could not report."""
    if not evidence.reports:
        return None
    made = len(evidence.trace.attempts) if evidence.trace else 0
    return evidence.reports[-1] if evidence.reports[-1].attempt >= made else None


def _attempts(evidence: Evidence) -> tuple[AttemptRecord, ...]:
    known = {report.attempt: report.as_attempt() for report in evidence.reports}
    for attempt in evidence.trace.attempts if evidence.trace else ():
        said = known.get(attempt.attempt)
        known[attempt.attempt] = replace(attempt, message=said.message) if said else attempt
    return tuple(known[number] for number in sorted(known))
