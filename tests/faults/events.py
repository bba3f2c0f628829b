"""Batch's events on a bad day: a third of them lost, the others three times and in any order, some after the end."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.faults.campaign import Bench, Proof
from tests.faults.checks import Found
from tests.faults.child import Fault, Unit, start
from tests.faults.cloud import RUN, Cloud
from tests.faults.machine import wrong
from tests.faults.roles import observer

LOST = 0.3
TIMES = 3
BATCH = 10
"""Messages that SQS hands to a function at once."""
DYING = 0.4
"""Share of the containers that die once, so that there is something to tell."""


@dataclass
class Mishaps:
    """Takes events on and hands them to ObserveFunction, when and as it likes."""

    chance: random.Random
    happened: int = 0
    lost: int = 0
    delivered: int = 0
    waiting: list[Mapping[str, Any]] = field(default_factory=list)

    def happen(self, detail: Mapping[str, Any]) -> None:
        """Something happened to a Batch job."""
        self.happened += 1
        if self.chance.random() < LOST:
            self.lost += 1
        else:
            self.waiting += [detail] * TIMES

    def deliver(self, share: float) -> None:
        """Hand over this share of what waits, in any order."""
        self.chance.shuffle(self.waiting)
        due = round(share * len(self.waiting))
        now, self.waiting = self.waiting[:due], self.waiting[due:]
        for first in range(0, len(now), BATCH):
            self._hand_over(now[first : first + BATCH])
        self.delivered += len(now)

    def _hand_over(self, details: list[Mapping[str, Any]]) -> None:
        ended = start(observer([_message(detail) for detail in details])).wait()
        if ended.code != 0 or orjson.loads(ended.answer)["batchItemFailures"]:
            raise wrong("observe", ended)


def _message(detail: Mapping[str, Any]) -> dict[str, Any]:
    event = {"source": "aws.batch", "detail-type": "Batch Job State Change", "detail": detail}
    return {"messageId": "m", "body": orjson.dumps(event).decode()}


def prove(bench: Bench, count: int, seed: int) -> Proof:
    """Let `count` events happen; what is recorded of every portion is what became of it, and nothing is still seen."""
    proof = Proof("events", seed, "events")
    chance = random.Random(seed)  # noqa: S311 - a seeded choice, no secret
    while bench.goes_on(proof, proof.counts.get("events", 0), count):
        mishaps = Mishaps(chance)
        machine = bench.run(lambda role: _deaths(role, bench.units(Unit.CALL), chance), proof, mishaps=mishaps)
        mishaps.deliver(1.0)
        proof.note(Found(lost=tuple(still_seen(bench.cloud))), machine.struck)
        proof.add(events=mishaps.happened, events_lost=mishaps.lost, deliveries=mishaps.delivered)
    return proof


def _deaths(role: str, calls: Mapping[str, int], chance: random.Random) -> list[Fault]:
    if not role.startswith("work") or chance.random() > DYING:
        return []
    return [Fault(Unit.CALL, chance.randint(1, calls.get(role, calls["work-2"])))]


def still_seen(cloud: Cloud) -> list[str]:
    """Portions that seem to run though their run has ended and is recorded."""
    return [f"portion {one.portion} is still seen: {one.latest}" for one in cloud.live.of(RUN)]
