"""How many containers waited and ran at which time, by capacity and whether they were tried again. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from backroom_console.web.cells import Cell, Span

STEPS = 240
"""Points of the drawing: about one each three pixels."""
SERIES = ("waiting", "on spot", "on demand", "again on spot", "again on demand")
"""What is told apart; those that are tried again are not in the others."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one of SERIES comes to."""

    name: str
    seconds: float
    """Of all containers together."""
    most: float
    """Containers at the same time, as an average of the step in which they were most."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Averages of steps of the same length."""

    times: tuple[float, ...]
    """When each step begins, in seconds since 1970."""
    counts: tuple[tuple[float, ...], ...]
    """Of each of SERIES, how many containers there were in each step."""
    shares: tuple[Share, ...]


def timeline(cells: Iterable[Cell], now: float) -> Timeline | None:
    """Give how a run went until `now` (seconds since 1970), or until its end; None if nothing has begun."""
    spans = [span for cell in cells for span in cell.spans]
    if not spans:
        return None
    first = min(span.waiting for span in spans)
    step = max((max(_end(span, now) for span in spans) - first) / STEPS, 0.001)
    changes = [[0.0] * (STEPS + 2) for _ in SERIES]
    seconds = [0.0] * len(SERIES)
    for span in spans:
        for series, start, end in _parts(span, now):
            seconds[series] += end - start
            _change(changes[series], (start - first) / step, 1.0)
            _change(changes[series], (end - first) / step, -1.0)
    counts = tuple(tuple(round(count, 2) for count in accumulate(of[:STEPS])) for of in changes)
    shares = tuple(Share(name, seconds[at], max(counts[at])) for at, name in enumerate(SERIES))
    return Timeline(tuple(round(first + step * at, 3) for at in range(STEPS)), counts, shares)


def _change(changes: list[float], at: float, by: float) -> None:
    """Change the count from a time on, given in steps; the step in which it lies gets its part."""
    step, part = divmod(at, 1)
    changes[int(step)] += by * (1 - part)
    changes[int(step) + 1] += by * part


def _end(span: Span, now: float) -> float:
    return max(now, span.start or span.waiting) if span.end is None else span.end


def _parts(span: Span, now: float) -> list[tuple[int, float, float]]:
    """Give the pieces of an attempt: which of SERIES, from when, until when."""
    if span.start is None:
        return [(0, span.waiting, _end(span, now))]
    running = 1 + int(span.on_demand) + 2 * int(span.again)
    return [(0, span.waiting, span.start), (running, span.start, max(span.start, _end(span, now)))]
