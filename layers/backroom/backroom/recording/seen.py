"""What the observer has seen of attempts, for the recorder. Pure.

Batch is asked only about portions that left no result; what the others have waited for, and their attempts before the
last one, only events tell. They may be missing: the recorder needs none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from backroom.live import LivePortion
from backroom.recording.classify import Ending, classify, describe
from backroom.recording.facts import Fact, Facts, Phase
from backroom.recording.heads import Head
from backroom.records import AttemptRecord
from backroom.words import Cause


def with_facts(heads: Iterable[Head], live: Iterable[LivePortion]) -> Iterator[tuple[Head, Facts]]:
    """Yield portions with what was seen of them; both are sorted by number, and memory holds one of each."""
    seen = iter(live)
    portion = next(seen, None)
    for head in heads:
        while portion is not None and portion.portion < head.portion:
            portion = next(seen, None)
        yield head, portion.facts if portion is not None and portion.portion == head.portion else ()


def attempts_seen(facts: Facts, wave: int, stage: str) -> dict[int, AttemptRecord]:
    """Give the attempts at a stage in a wave, by number, as far as they were seen."""
    own = (fact for fact in facts if (fact.wave, fact.stage) == (wave, stage) and fact.attempt)
    return {fact.attempt: _attempt(fact) for fact in own}


def filled(said: AttemptRecord, seen: AttemptRecord | None) -> AttemptRecord:
    """Give what an attempt said of itself with what it could not know; of its times Batch's are those that are paid."""
    if seen is None:
        return said
    return replace(
        said,
        exit_code=seen.exit_code,
        log_stream=seen.log_stream,
        created_at=seen.created_at,
        started_at=seen.started_at or said.started_at,
        ended_at=seen.ended_at or said.ended_at,
    )


def _attempt(fact: Fact) -> AttemptRecord:
    code = None if fact.exit_code < 0 else fact.exit_code
    ending = Ending(code, fact.reason, fact.status_reason)
    cause = Cause.OK if fact.phase is Phase.SUCCEEDED else classify(ending)
    return AttemptRecord(
        fact.wave,
        fact.attempt,
        cause,
        "" if cause is Cause.OK else describe(ending),
        code,
        fact.batch_job_id or None,
        fact.log_stream or None,
        _time(fact.started_at),
        _time(fact.ended_at),
        created_at=_time(fact.created_at),
        reason=fact.reason,
        status_reason=fact.status_reason,
        rank=int(fact.phase),
    )


def _time(milliseconds: int) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
