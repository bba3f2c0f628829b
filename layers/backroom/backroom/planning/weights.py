"""The weights of a dry run's portions: all that a forecast needs of them, in a few bytes each."""

from collections.abc import Mapping, Sequence
from itertools import chain, repeat

from backroom.planning.fairness import fair_order

Runs = list[tuple[float, int]]
"""Weights in the order of a tenant's portions, run-length coded: (seconds, how many portions in a row)."""
PLACES = 1
"""Decimal places of a second: what is finer than that no planner knows, and equal weights are many."""


class Weights:
    """Gathers the weights of portions by tenant."""

    def __init__(self) -> None:
        self._runs: dict[str, Runs] = {}
        self.seconds = 0.0
        """The sum of all, not rounded."""

    def add(self, tenant: str, weight: float) -> None:
        """Note the tenant's next portion; `weight` in seconds."""
        self.seconds += weight
        runs, rounded = self._runs.setdefault(tenant, []), round(weight, PLACES)
        if runs and runs[-1][0] == rounded:
            runs[-1] = (rounded, runs[-1][1] + 1)
        else:
            runs.append((rounded, 1))

    def as_json(self) -> dict[str, Runs]:
        """Give them by tenant."""
        return dict(sorted(self._runs.items()))


def in_fair_order(weights: Mapping[str, Sequence[tuple[float, int]]]) -> list[tuple[str, float]]:
    """Give tenant and weight of every portion in the order in which they would run.

    Of portions that finish virtually at the same time, the manifest's order decides, which a dry run does not know.
    """
    lines = [
        (tenant, weight)
        for tenant, runs in weights.items()
        for weight in chain.from_iterable(repeat(seconds, count) for seconds, count in runs)
    ]
    numbers = {tenant: number for number, tenant in enumerate(weights)}
    order = fair_order([numbers[tenant] for tenant, _ in lines], [weight for _, weight in lines])
    return [lines[line] for line in order]
