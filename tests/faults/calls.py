"""Killed or stopped around calls of AWS: pairs of crashes, and undead processes that go on after their successors."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.faults.campaign import Bench, Proof
from tests.faults.checks import Found
from tests.faults.child import Fault, Unit
from tests.faults.machine import Machine

OWN_REPORT = "/attempts/"
"""What an undead container may still write: how its own attempt ended."""


@dataclass
class Pairs:
    """Deals out crashes: the first process dies at one boundary, its successor at another, the third lives."""

    boundaries: Mapping[str, int]
    chance: random.Random
    dealt: set[tuple[str, int, int]] = field(default_factory=set)

    def __call__(self, role: str) -> list[Fault]:
        """The faults of three processes that follow each other."""
        kind = role if role in self.boundaries else f"{role.partition('-')[0]}-2"
        first, second = (self.chance.randint(1, self.boundaries[kind]) for _ in range(2))
        self.dealt.add((kind, first, second))
        return [Fault(Unit.CALL, first), Fault(Unit.CALL, second)]


@dataclass
class Undead:
    """Deals out stops: the first process is stopped at a boundary and goes on when its successor has done all."""

    boundaries: Mapping[str, int]
    chance: random.Random

    def __call__(self, role: str) -> Iterator[Fault]:
        """The fault of the first process of a role."""
        kind = role if role in self.boundaries else f"{role.partition('-')[0]}-2"
        yield Fault(Unit.CALL, self.chance.randint(1, self.boundaries[kind]), deadly=False)


def pairs(bench: Bench, count: int, seed: int) -> Proof:
    """Try `count` distinct pairs of crashes."""
    proof = Proof("pairs", seed, "pairs")
    faults = Pairs(bench.units(Unit.CALL), random.Random(seed))  # noqa: S311 - a seeded choice, no secret
    while bench.goes_on(proof, len(faults.dealt), count):
        bench.run(faults, proof)
    proof.add(pairs=len(faults.dealt), boundaries=sum(faults.boundaries.values()))
    return proof


def undead(bench: Bench, count: int, seed: int) -> Proof:
    """Let `count` processes be undead; every second run wakes them only when all is over."""
    proof = Proof("undead", seed, "faults")
    faults = Undead(bench.units(Unit.CALL), random.Random(seed))  # noqa: S311 - a seeded choice, no secret
    while bench.goes_on(proof, proof.counts.get("faults", 0), count):
        judge(bench.run(faults, proof, late=proof.counts.get("runs", 0) % 2 == 1), proof)
    proof.add(boundaries=sum(faults.boundaries.values()))
    return proof


def judge(machine: Machine, proof: Proof) -> None:
    """An undead process that woke after its successor's end changes nothing."""
    changed = [write.key for write in machine.changes if OWN_REPORT not in write.key]
    proof.note(Found(twice=tuple(f"an undead process changed {key}" for key in changed)), machine.struck)
    proof.add(woken=machine.woken)
