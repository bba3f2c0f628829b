"""How long portions will take: as former runs took, or as the user says."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import StatisticsError, linear_regression
from typing import Protocol

SHORTEST_SECONDS = 0.001
"""The virtual clock's step."""


class Durations(Protocol):
    """Draws a container's seconds for a portion of a planned weight (seconds)."""

    @property
    def source(self) -> str:
        """Where the figures come from, for a person."""

    def draw(self, weight: float, chance: random.Random) -> float:
        """Give seconds, > 0."""


@dataclass(frozen=True, slots=True)
class Given:
    """Portions that all take `seconds` on average, log-normally spread; `spread` is standard deviation / mean."""

    seconds: float
    spread: float = 0.0

    @property
    def source(self) -> str:
        spread = f", spread {self.spread:g}" if self.spread else ""
        return f"given: {self.seconds:g} s a portion{spread}"

    def draw(self, weight: float, chance: random.Random) -> float:  # noqa: ARG002 - one of several
        """Give seconds, whatever the weight."""
        return max(SHORTEST_SECONDS, self.seconds * _lognormal(self.spread, chance))


@dataclass(frozen=True, slots=True)
class Planned:
    """Portions that take what the planner guessed, log-normally spread."""

    spread: float = 0.0

    @property
    def source(self) -> str:
        return "the planner's own guess, for want of a former run"

    def draw(self, weight: float, chance: random.Random) -> float:
        """Give the weight, spread."""
        return max(SHORTEST_SECONDS, weight * _lognormal(self.spread, chance))


@dataclass(frozen=True, slots=True)
class Observed:
    """One portion of a former run: its planned weight and what its container took, both in seconds."""

    weight: float
    seconds: float


@dataclass(frozen=True, slots=True)
class History:
    """Portions that take `base + slope * weight` seconds, times one of the errors that this line made before."""

    base: float
    slope: float
    errors: tuple[float, ...]
    run: str

    @classmethod
    def of(cls, observed: Sequence[Observed], run: str) -> "History":
        """Fit what was observed; raises ValueError if that is nothing."""
        if not observed:
            raise ValueError(f"{run} has no portion to learn from")
        base, slope = _fit(observed)
        errors = tuple(one.seconds / max(SHORTEST_SECONDS, base + slope * one.weight) for one in observed)
        return cls(base, slope, errors, run)

    @property
    def source(self) -> str:
        return f"{len(self.errors):,} portions of {self.run}: {self.base:.2f} s + {self.slope:.2f} x planned seconds"

    def draw(self, weight: float, chance: random.Random) -> float:
        """Give what the line says, times an error drawn from those observed."""
        return max(SHORTEST_SECONDS, (self.base + self.slope * weight) * chance.choice(self.errors))


def _fit(observed: Sequence[Observed]) -> tuple[float, float]:
    """Fit a line by least squares; through the origin where weights are all alike or the line would fall below it."""
    weights, seconds = [one.weight for one in observed], [one.seconds for one in observed]
    try:
        slope, base = linear_regression(weights, seconds)
    except StatisticsError:
        slope, base = -1.0, -1.0
    if slope >= 0 and base >= 0:
        return base, slope
    total = sum(weights)
    return (0.0, sum(seconds) / total) if total else (sum(seconds) / len(seconds), 0.0)


def _lognormal(spread: float, chance: random.Random) -> float:
    """Draw a factor of mean 1 and standard deviation `spread`."""
    if not spread:
        return 1.0
    sigma = math.sqrt(math.log1p(spread * spread))
    return chance.lognormvariate(-sigma * sigma / 2, sigma)
