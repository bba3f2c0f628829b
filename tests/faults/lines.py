"""Killed at every line: planner, container and recorder get SIGKILL at each line of our code that they execute."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.faults.campaign import Bench, Proof
from tests.faults.child import Fault, Unit

KILLS_IN_A_ROW = {"plan": 2, "work": 4, "record": 2}
"""So many processes die one after the other before one lives to its end."""


@dataclass
class EveryLine:
    """Deals out the lines to kill at: of each role every one once, in random order, then again."""

    lines: Mapping[str, int]
    chance: random.Random
    _left: dict[str, list[int]] = field(default_factory=dict)

    def __call__(self, role: str) -> Iterator[Fault]:
        """The faults of the processes that follow each other in this role."""
        for _ in range(KILLS_IN_A_ROW[role.partition("-")[0]]):
            yield Fault(Unit.LINE, self._next(role))

    def _next(self, role: str) -> int:
        known = role if role in self.lines else f"{role.partition('-')[0]}-2"
        left = self._left.setdefault(known, [])
        if not left:
            left += self.chance.sample(range(1, self.lines[known] + 1), self.lines[known])
        return left.pop()


def prove(bench: Bench, count: int, seed: int) -> Proof:
    """Kill `count` processes."""
    proof, struck = Proof("lines", seed, "faults"), set[str]()
    faults = EveryLine(bench.units(Unit.LINE), random.Random(seed))  # noqa: S311 - a seeded choice, no secret
    while bench.goes_on(proof, proof.counts.get("faults", 0), count):
        struck |= {one.place for one in bench.run(faults, proof).struck}
    passed = frozenset[str]().union(*(ended.places for ended in bench.seen.values()))
    proof.add(lines_of_a_run=sum(faults.lines.values()), places=len(passed), places_struck=len(struck))
    return proof
