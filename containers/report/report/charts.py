"""Where the parts of a chart lie, in the units of its drawing (SVG). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 640
"""Of every chart."""
_LABELS, _FIGURES = 190, 90
"""Left and right of bars."""
_ROW, _BAR = 26, 16
_TALL, _FOOT = 140, 20
"""Of columns, and of the days below them."""
LABEL = 24
"""Characters of a label, at most: the whole text is the bar's title and in the table."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle with what it stands for."""

    label: str
    """What fits beside it."""
    title: str
    """All of it."""
    shown: str
    """Its figure."""
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of WIDTH and this height."""

    id: str
    title: str
    height: float
    bars: tuple[Bar, ...]
    upright: bool = False
    """Columns instead of bars."""

    @property
    def described(self) -> str:
        """Say what there is to see, for those who do not."""
        largest = max(self.bars, key=lambda bar: bar.height if self.upright else bar.width)
        return (
            f"{len(self.bars)} {'columns' if self.upright else 'bars'}; the longest: {largest.title}, {largest.shown}."
        )


def bars(id_: str, title: str, values: Sequence[tuple[str, float, str]]) -> Chart | None:
    """Draw a bar for each (name, value, value as text); None if there is nothing above zero."""
    most = max((value for _, value, _ in values), default=0)
    if most <= 0:
        return None
    scale = (WIDTH - _LABELS - _FIGURES) / most
    drawn = (
        Bar(shortened(name), name, shown, _LABELS, row * _ROW + 4, round(max(value, 0) * scale, 1), _BAR)
        for row, (name, value, shown) in enumerate(values)
    )
    return Chart(id_, title, len(values) * _ROW + 4, tuple(drawn))


def columns(id_: str, title: str, days: Mapping[date, int]) -> Chart | None:
    """Draw a column for each day; None if there is nothing above zero."""
    most = max(days.values(), default=0)
    if most <= 0:
        return None
    step = WIDTH / len(days)
    drawn = (
        _column(place * step, step, day, count, count / most * _TALL) for place, (day, count) in enumerate(days.items())
    )
    return Chart(id_, title, _TALL + _FOOT, tuple(drawn), upright=True)


def shortened(text: str) -> str:
    """Cut a text that is too long for a label."""
    return text if len(text) <= LABEL else f"{text[: LABEL - 1].rstrip()}…"


def _column(x: float, step: float, day: date, count: int, height: float) -> Bar:
    tall = round(height, 1)
    return Bar(
        str(day.day), f"{day}", f"{count:,}", round(x + step * 0.15, 1), _TALL - tall, round(step * 0.7, 1), tall
    )
