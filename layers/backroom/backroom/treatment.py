"""What is done about a portion after a wave. Pure: recorder ("again?") and planner ask the same.

| cause | treatment | bound |
|---|---|---|
| spot_reclaim, host_lost | again, in the on-demand queue | `waves` |
| out_of_memory | again, with twice the memory or the size next to it; at `memory_cap` as app_permanent | `waves` |
| app_retryable, lost | again, after a pause | `waves` |
| image_pull, platform | again, after a pause | twice |
| timeout | split in two | once in a lineage |
| timeout in a stage that declares its items | again, from its checkpoint | `waves` |
| app_permanent, exit code 65, 77 or 78: no part of it would do better | set aside | |
| app_permanent otherwise | bisect where the row allows it, until one item is alone: poison | |

Each wave of a lineage counts as a try, of which there are at most `waves`, or halves its unfinished items. A portion
that waited for others which failed never began: it is tried again as often as they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from backroom.fargate import enough
from backroom.records import AttemptRecord, PortionRecord
from backroom.words import Capacity, Cause, ExitCode, Outcome, Why

MOST_BISECTIONS = 20
"""Waves that a run may have beyond its `waves`: halving twenty times isolates one item of a million."""
MOST_PLATFORM_TRIES = 2
"""What the platform could not do twice, it cannot do."""
_OF_ALL_ITEMS: Mapping[int | None, str] = {
    ExitCode.BAD_DATA: "too many of its items failed",
    ExitCode.NOT_ALLOWED: "AWS refuses what it asks for",
    ExitCode.WRONG_SETUP: "its container is set up wrongly",
}
"""Ends that no single item is the reason of."""


class Kind(StrEnum):
    """What is done about a portion."""

    DONE = "done"
    AGAIN = "again"
    SPLIT = "split"
    BISECT = "bisect"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a job goes for a tenant's portions."""

    waves: int
    memory_cap: int | None = None
    """MiB; None: never more than the definition's."""
    bisect: bool = False
    memory: Mapping[str, int] = field(default_factory=dict)
    """MiB that the definition of each stage gives."""
    onward: frozenset[str] = frozenset()
    """The stages that another one comes after."""
    fargate: Mapping[str, float] = field(default_factory=dict)
    """vCPUs of each stage that runs on Fargate, where memory goes by them."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is done about a portion, and how its next try, or those of its parts, are made."""

    kind: Kind
    queue: Capacity = Capacity.SPOT
    memory: int | None = None
    """MiB, where the definition's do not do."""
    backoff: bool = False
    """Whether the next wave is to pause first."""
    counts: bool = True
    """Whether the next wave counts as another try."""
    reason: str = ""
    """Why it is set aside."""
    poison: bool = False
    """It is set aside because of its only unfinished item."""

    @property
    def goes_on(self) -> bool:
        """Whether another wave shall do the portion, or what is left of it."""
        return self.kind in (Kind.AGAIN, Kind.SPLIT, Kind.BISECT)


DONE = Treatment(Kind.DONE)


def treat(record: PortionRecord, limits: Limits) -> Treatment:
    """Give what is done about a portion that `record` tells of.

    Whether it is tried again as it is does not depend on how many items are unfinished: who does not know that yet may
    say all.
    """
    if record.outcome in (Outcome.SUCCEEDED, Outcome.CANCELLED) or record.split_into:
        return DONE
    if record.wave >= limits.waves + MOST_BISECTIONS:
        return _aside(f"the run has had {record.wave} waves")
    if waited_in_vain(record):
        return _go_on(record, Kind.AGAIN, counts=False)
    if record.outcome is Outcome.LOST:
        return _patiently(record, limits)
    return _BY_CAUSE[record.cause](record, limits)


def waited_in_vain(record: PortionRecord) -> bool:
    """Say whether a portion never began because of others that it waits for."""
    waits = record.only is not None or record.outcome is Outcome.SKIPPED
    begun = any(attempt.wave == record.wave for attempt in _attempts(record))
    return waits and not begun and record.cause is Cause.PLATFORM


def _patiently(record: PortionRecord, limits: Limits) -> Treatment:
    return _again(record, limits, backoff=True)


def _elsewhere(record: PortionRecord, limits: Limits) -> Treatment:
    return _again(record, limits, queue=Capacity.ON_DEMAND)


def _platform(record: PortionRecord, limits: Limits) -> Treatment:
    endings = {attempt.wave: attempt.cause for attempt in _attempts(record)} | {record.wave: record.cause}
    failures = sum(cause in (Cause.IMAGE_PULL, Cause.PLATFORM) for cause in endings.values())
    if failures >= MOST_PLATFORM_TRIES:
        return _aside(f"the platform failed it in {failures} waves")
    return _patiently(record, limits)


def _memory(record: PortionRecord, limits: Limits) -> Treatment:
    had = max(record.memory or 0, limits.memory.get(record.stage, 0))
    cap = limits.memory_cap or 0
    more = enough(limits.fargate[record.stage], 2 * had, cap) if record.stage in limits.fargate else min(2 * had, cap)
    if more is None or more <= had:
        return _permanent(record, limits)
    return _again(record, limits, memory=more)


def _timeout(record: PortionRecord, limits: Limits) -> Treatment:
    if record.why == Why.TIMEOUT:
        return _aside("it took too long though it is but a part of a portion that did")
    if record.whole:
        return _again(record, limits)
    if not _divisible(record, limits):
        return _aside("it took too long and cannot be split")
    return _go_on(record, Kind.SPLIT) if record.tries < limits.waves else _tired(record)


def _permanent(record: PortionRecord, limits: Limits) -> Treatment:
    attempts = _attempts(record)
    if attempts and (reason := _OF_ALL_ITEMS.get(attempts[-1].exit_code)):
        return _aside(reason)
    if limits.bisect and _divisible(record, limits):
        return _go_on(record, Kind.BISECT, counts=False)
    poison = limits.bisect and record.unfinished == 1 and not record.whole
    return _aside("its only unfinished item fails it" if poison else "it would fail again", poison=poison)


def _done(_record: PortionRecord, _limits: Limits) -> Treatment:
    return DONE


_BY_CAUSE: Mapping[Cause, Callable[[PortionRecord, Limits], Treatment]] = {
    Cause.OK: _patiently,
    Cause.APP_RETRYABLE: _patiently,
    Cause.APP_PERMANENT: _permanent,
    Cause.OUT_OF_MEMORY: _memory,
    Cause.SPOT_RECLAIM: _elsewhere,
    Cause.HOST_LOST: _elsewhere,
    Cause.TIMEOUT: _timeout,
    Cause.IMAGE_PULL: _platform,
    Cause.PLATFORM: _platform,
    Cause.CANCELLED: _done,
}


def _divisible(record: PortionRecord, limits: Limits) -> bool:
    """Whether its unfinished items can be told apart, or from finished ones that are to go on to other stages."""
    if record.whole:
        return False
    finished = record.planned - record.unfinished
    return record.unfinished > 1 or (record.unfinished == 1 and finished > 0 and record.stage in limits.onward)


def _attempts(record: PortionRecord) -> list[AttemptRecord]:
    """Those at the stage where it stopped; another one beside it may have had later ones."""
    return [attempt for attempt in record.attempts if attempt.stage == record.stage]


def _again(
    record: PortionRecord,
    limits: Limits,
    queue: Capacity | None = None,
    memory: int | None = None,
    backoff: bool = False,
) -> Treatment:
    if record.tries >= limits.waves:
        return _tired(record)
    went_on = _go_on(record, Kind.AGAIN)
    return replace(went_on, queue=queue or went_on.queue, memory=memory or went_on.memory, backoff=backoff)


def _go_on(record: PortionRecord, kind: Kind, counts: bool = True) -> Treatment:
    return Treatment(kind, Capacity(record.queue or Capacity.SPOT), record.memory, counts=counts)


def _tired(record: PortionRecord) -> Treatment:
    return _aside(f"it was tried in {record.tries} waves")


def _aside(reason: str, poison: bool = False) -> Treatment:
    return Treatment(Kind.SET_ASIDE, reason=reason, poison=poison)
