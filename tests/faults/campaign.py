"""Many runs under faults, each checked: what the proofs have in common."""

import gc
import math
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from backroom.clients import connect

from tests.faults.checks import Found, check
from tests.faults.child import SURVEY, Ended, Fault, Unit
from tests.faults.cloud import Cloud, running
from tests.faults.machine import Events, Faults, Machine, Struck, WrongEndingError

DOOMED = frozenset({0})
"""The first portion loses its host in the first wave, whatever its attempts do: so that there is a second wave."""
MOST_VIOLATIONS = 20
TELLING = 20
"""After so many runs it is told how far a proof has come."""


@dataclass
class Proof:
    """What a proof has done and found."""

    name: str
    seed: int
    counted: str
    """Which of the counts is the one that was asked for."""
    counts: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, **counts: int) -> None:
        """Count more."""
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count

    def note(self, found: Found, struck: Iterable[Struck]) -> None:
        """Count what was found wrong in a run, and keep it with the faults that led to it."""
        self.add(lost=len(found.lost), twice=len(found.twice), torn=len(found.torn))
        if not found.nothing:
            trace = ", ".join(f"{one.role} at {one.place}" for one in struck)
            self.violations.append(f"{found} after {trace}")


@dataclass(frozen=True)
class Bench:
    """A cloud, this process ready to fork, and what each role's process does when nothing befalls it."""

    cloud: Cloud
    careless: bool
    seen: Mapping[str, Ended]
    deadline: float = math.inf
    """Of the monotonic clock: what is not done by then is not done."""

    def units(self, unit: Unit) -> Mapping[str, int]:
        """How many units each role takes."""
        return {role: ended.units[unit] for role, ended in self.seen.items()}

    def goes_on(self, proof: Proof, done: int, count: int) -> bool:
        """Whether there is more to do, and time for it; in a careless cloud only until something was found."""
        if time.monotonic() > self.deadline:
            return False
        return done < count and len(proof.violations) < (1 if self.careless else MOST_VIOLATIONS)

    def run(self, faults: Faults, proof: Proof, late: bool = False, mishaps: Events | None = None) -> Machine:
        """Furnish the cloud, run the job under the faults, check, and note in the proof what is wrong."""
        self.cloud.furnish()
        machine = Machine(self.cloud, faults, DOOMED, late, mishaps)
        try:
            answer = machine.run()
        except WrongEndingError as error:
            machine.bury()
            proof.note(Found(lost=(str(error),)), machine.struck)
        else:
            proof.note(check(self.cloud, answer), machine.struck)
        proof.add(runs=1, faults=len(machine.struck))
        if proof.counts["runs"] % TELLING == 0:
            print(f"{proof.name}: {proof.counts}", file=sys.stderr, flush=True)
        return machine


@contextmanager
def bench(careless: bool = False, deadline: float = math.inf) -> Iterator[Bench]:
    """A bench; this process must have made no connections of its own before."""
    with running(careless) as cloud:
        connect.cache_clear()
        connect()
        gc.collect()
        gc.freeze()
        yield Bench(cloud, careless, survey(cloud), deadline)


def survey(cloud: Cloud) -> Mapping[str, Ended]:
    """How each role's last process ends when nothing befalls it but what makes a second wave."""
    cloud.furnish()
    machine = Machine(cloud, _Surveying(), DOOMED)
    machine.run()
    return machine.surveyed


@dataclass
class _Surveying:
    """The first container, which is doomed, dies at once; all else is surveyed."""

    doomed: bool = False

    def __call__(self, role: str) -> list[Fault]:
        if role == "work-1" and not self.doomed:
            self.doomed = True
            return [Fault(Unit.LINE, 1)]
        return [SURVEY]
