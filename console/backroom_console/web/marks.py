"""How states look: never by colour alone, each with a sign of its own beside its word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Tone(StrEnum):
    """What a state means to whoever looks after it; the style sheet gives each a colour."""

    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    BUSY = "busy"
    WAIT = "wait"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Mark:
    """A state's sign, its word and its tone."""

    sign: str
    word: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar that is 100 wide."""

    state: str
    tone: Tone
    start: float
    width: float
    count: int


_MARKS = {
    "succeeded": Mark("✓", "succeeded", Tone.GOOD),
    "failed": Mark("✕", "failed", Tone.BAD),
    "lost": Mark("?", "lost", Tone.BAD),
    "timed_out": Mark("⧖", "timed out", Tone.BAD),
    "aborted": Mark("■", "aborted", Tone.WARN),
    "cancelled": Mark("⊘", "cancelled", Tone.WARN),
    "skipped": Mark("»", "skipped", Tone.CALM),
    "absent": Mark("·", "nothing", Tone.CALM),
    "split": Mark("÷", "split", Tone.CALM),
    "running": Mark("▶", "running", Tone.BUSY),
    "planning": Mark("…", "planning", Tone.BUSY),
    "waiting": Mark("○", "waiting", Tone.WAIT),
}
ORDER = ("succeeded", "failed", "lost", "cancelled", "skipped", "split", "running", "waiting")
"""Of portions' states, in bars and counts."""


def mark(state: str) -> Mark:
    """Give a state's mark; a word that is none of ours stands for itself."""
    return _MARKS.get(str(state), Mark("·", str(state).replace("_", " "), Tone.CALM))


def segments(counts: Mapping[Any, int], states: Iterable[str] = ORDER) -> list[Segment]:
    """Give the pieces of a bar, in the order of `states`; none for what is not there."""
    total, start, found = sum(counts.get(state, 0) for state in states), 0.0, []
    for state in states:
        if count := counts.get(state, 0):
            width = 100 * count / total
            found.append(Segment(state, mark(state).tone, round(start, 2), round(width, 2), count))
            start += width
    return found


def share(count: float, total: float) -> list[Segment]:
    """Give the piece of a bar that so much of a total takes; the rest of the bar stays empty."""
    width = round(100 * min(1.0, count / total), 2) if total else 0.0
    return [Segment("running", Tone.BUSY, 0.0, width, round(count))] if width else []
