"""What is seen of a portion's attempts while its run goes on, put together whatever the order. Pure.

Events come late, twice, in any order or not at all. So each says all that it knows, and what is known is the join of
what was said: commutative, associative, idempotent. The recorder's word at the end of a wave replaces it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import reduce
from typing import Any


class Phase(IntEnum):
    """How far an attempt has come; a later one is known to be true whatever is said of an earlier one."""

    RUNNING = 3
    FAILED = 4
    SUCCEEDED = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one attempt at a stage of a portion; times in milliseconds since 1970, as Batch gives them.

    Once it is known nothing of it changes; where two sources disagree, the greater word holds, so that order does not
    matter.
    """

    wave: int
    stage: str
    attempt: int
    """From 1 on; 0: the Batch job ended without one."""
    phase: Phase
    batch_job_id: str = ""
    queue: str = ""
    """Its short name: `spot`, `on_demand`."""
    created_at: int = 0
    started_at: int = 0
    ended_at: int = 0
    exit_code: int = -1
    """-1: none is known."""
    reason: str = ""
    status_reason: str = ""
    log_stream: str = ""

    @property
    def key(self) -> tuple[int, str, int]:
        """Which attempt it is of: wave, stage, number."""
        return self.wave, self.stage, self.attempt


Facts = tuple[Fact, ...]
"""Of different attempts, in the order of their keys."""


def join(some: Iterable[Fact], more: Iterable[Fact]) -> Facts:
    """Put facts together: of each attempt one, which says what all said."""
    known: dict[tuple[int, str, int], Fact] = {}
    for fact in (*some, *more):
        known[fact.key] = _both(known[fact.key], fact) if fact.key in known else fact
    return tuple(known[key] for key in sorted(known))


def joined(parts: Iterable[Iterable[Fact]]) -> Facts:
    """Put any number of lists of facts together."""
    return reduce(join, parts, ())


def current(facts: Iterable[Fact]) -> Fact | None:
    """Give the fact that says where a portion stands: of its latest wave, what runs, else what began last."""
    return max(facts, key=_lateness, default=None)


def _lateness(fact: Fact) -> tuple[Any, ...]:
    return fact.wave, fact.phase is Phase.RUNNING, fact.started_at or fact.created_at, fact.attempt, fact.stage


def _both(one: Fact, other: Fact) -> Fact:
    # Of every field "not known" is the least value.
    return Fact(*(max(getattr(one, field.name), getattr(other, field.name)) for field in fields(Fact)))
