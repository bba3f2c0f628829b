"""Portions as the grid, the counts, the failures and the timeline need them: small, of every state alike. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backroom.live import LivePortion
from backroom.recording.facts import Fact, Facts, Phase, current
from backroom.records import AttemptRecord, PortionRecord
from backroom.words import Outcome

WAITING, SPLIT = "waiting", "split"
"""States that are no outcomes; the others are outcomes' and attempts' own words."""
STATES = ("succeeded", "failed", "lost", "cancelled", "skipped", SPLIT, "running", WAITING)
"""All, in the order in which they are counted."""


@dataclass(frozen=True, slots=True)
class Span:
    """An attempt in time, in seconds since 1970; `end` of one that runs is None."""

    waiting: float
    """Since when it waited."""
    start: float | None
    end: float | None
    on_demand: bool
    again: bool
    """Whether it is not the portion's first at this stage."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A portion."""

    portion: int
    tenant: str
    state: str
    run: str
    """That of the story that had it last."""
    wave: int = 1
    stage: str = ""
    cause: str = ""
    message: str = ""
    attempts: int = 0
    seconds: float = 0.0
    spans: tuple[Span, ...] = ()
    stages: tuple[tuple[str, str], ...] = ()
    """Of a job with stages, those that are known of, each with its state."""

    @property
    def is_bad(self) -> bool:
        """Whether it has come to no good end."""
        return self.state in ("failed", "lost", "cancelled")


Cells = Mapping[int, Cell]
"""By portion."""


def recorded(run: str, record: PortionRecord) -> Cell:
    """Give a portion that is recorded."""
    state = SPLIT if record.split_into else str(record.outcome)
    good = record.outcome is Outcome.SUCCEEDED
    return Cell(
        record.portion,
        record.tenant,
        state,
        run,
        record.wave,
        record.stage,
        "" if good else str(record.cause),
        "" if good else record.message,
        len(record.attempts),
        record.seconds,
        spans_of(record.attempts),
        tuple((name, str(stage.outcome)) for name, stage in record.stages.items()),
    )


def waiting(run: str, portion: int, tenant: str, wave: int, before: Cell | None) -> Cell:
    """Give a portion that is planned and of which nothing more is known; `before`: what it came to in earlier waves."""
    known = before or Cell(portion, tenant, WAITING, run)
    attempts, spans, stages = known.attempts, known.spans, known.stages
    return Cell(portion, tenant, WAITING, run, wave, attempts=attempts, spans=spans, stages=stages)


def seen(run: str, live: LivePortion, planned: Cell | None) -> Cell:
    """Give a portion by what Batch's events told of it; `planned`: as it was planned, if that is known."""
    fact = live.latest
    before = planned or Cell(live.portion, "", WAITING, run)
    bad = fact.phase is Phase.FAILED
    spans = (*before.spans, *(span for one in live.facts if (span := _span_of_fact(one))))
    began, ended = fact.started_at, fact.ended_at
    return Cell(
        live.portion,
        before.tenant,
        fact.phase.name.lower(),
        run,
        fact.wave,
        fact.stage,
        "",
        (fact.reason or fact.status_reason) if bad else "",
        before.attempts + len(live.facts),
        (ended - began) / 1000 if began and ended else 0.0,
        spans,
        tuple((dict(before.stages) | _stages(live.facts)).items()),
    )


def spans_of(attempts: Iterable[AttemptRecord]) -> tuple[Span, ...]:
    """Give recorded attempts in time; those that never began are left out."""
    known: set[str] = set()
    found = []
    for one in attempts:
        if one.started_at is not None:
            start, end = one.started_at.timestamp(), one.ended_at.timestamp() if one.ended_at else None
            found.append(Span(start - (one.waited or 0.0), start, end, one.capacity != "spot", one.stage in known))
        known.add(one.stage)
    return tuple(found)


def _stages(facts: Facts) -> dict[str, str]:
    """Give the state of each stage by its latest fact; a job without stages has none."""
    names = {fact.stage for fact in facts if fact.stage}
    latest = ((name, current(fact for fact in facts if fact.stage == name)) for name in sorted(names))
    return {name: fact.phase.name.lower() for name, fact in latest if fact}


def _span_of_fact(fact: Fact) -> Span | None:
    if not fact.started_at:
        return None
    start = fact.started_at / 1000
    waits = fact.created_at / 1000 if fact.created_at and fact.attempt == 1 else start
    end = fact.ended_at / 1000 if fact.ended_at else None
    return Span(waits, start, end, fact.queue != "spot", fact.attempt > 1 or fact.wave > 1)
