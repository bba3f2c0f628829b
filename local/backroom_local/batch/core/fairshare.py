"""The line of a queue with a fair-share policy: the share that has used least, by weight, is next.

AWS documents weights (a lower one gets more: 0.125 gets eight times what 1 gets), the decay window (0 means 600
seconds) and the reservation, `(computeReservation / 100) ** active shares` of the CPU; not the formula of usage. Here
usage is the CPU in use now plus its average over the window, decaying exponentially. Within a share, higher
scheduling priority first, then first come, first served.
"""

import heapq
from dataclasses import dataclass, field
from itertools import count, islice
from math import exp

from backroom_local.batch.core.model import FairShare
from backroom_local.batch.core.records import Job
from backroom_local.batch.core.words import Status

DEFAULT_DECAY_SECONDS = 600


@dataclass(slots=True, eq=False)
class Share:
    """One share identifier: who waits (priority and order first), what it uses and has used."""

    weight: float
    heap: list[tuple[int, int, Job]] = field(default_factory=list)
    cpu: int = 0
    average: float = 0.0
    seen: int = 0

    def usage(self, now: int, decay_ms: int) -> float:
        """CPU in use and its decayed average, times the weight."""
        kept = exp((self.seen - now) / decay_ms)
        self.average = self.average * kept + self.cpu * (1 - kept)
        self.seen = now
        return (self.cpu + self.average) * self.weight

    def top(self) -> Job | None:
        """Its first job that still waits."""
        while self.heap and self.heap[0][2].status is not Status.RUNNABLE:
            heapq.heappop(self.heap)
        return self.heap[0][2] if self.heap else None


class FairLine:
    """Shares by identifier. `add`, `head` and the rest are those of `Line`."""

    def __init__(self, policy: FairShare) -> None:
        self.waiting = 0
        self.shares: dict[str, Share] = {}
        self._policy = policy
        self._decay_ms = 1000 * (policy.decay_seconds or DEFAULT_DECAY_SECONDS)
        self._order = count(1)

    def add(self, job: Job, *, front: bool) -> None:
        self.waiting += 1
        order = next(self._order)
        heapq.heappush(self._share(job).heap, (-job.spec.priority, -order if front else order, job))

    def discard(self, job: Job) -> None:  # noqa: ARG002 - the status of the job says it
        self.waiting -= 1

    def head(self, now: int) -> Job | None:
        waiting = [share for share in self.shares.values() if share.top()]
        if not waiting:
            return None
        return min(waiting, key=lambda share: share.usage(now, self._decay_ms)).top()

    def pop(self, job: Job) -> None:
        heapq.heappop(self._share(job).heap)
        self.waiting -= 1

    def front(self, count: int, now: int) -> list[Job]:
        """By share, those that have used least first; within a share in its order."""
        shares = sorted(self.shares.values(), key=lambda share: share.usage(now, self._decay_ms))
        waiting = (entry[2] for share in shares for entry in sorted(share.heap, key=lambda entry: entry[:2]))
        return list(islice((job for job in waiting if job.status is Status.RUNNABLE), count))

    def took(self, job: Job, cpu: int, now: int) -> None:
        share = self._share(job)
        share.usage(now, self._decay_ms)
        share.cpu += cpu

    def gave(self, job: Job, cpu: int, now: int) -> None:
        self.took(job, -cpu, now)

    def admits(self, job: Job, capacity: int) -> bool:
        """Keep the reserved part free for identifiers that are not active yet; an idle queue always admits one job."""
        active = [share for share in self.shares.values() if share.cpu or share.top()]
        used = sum(share.cpu for share in active)
        reserved = float((self._policy.reservation / 100) ** len(active)) if self._policy.reservation else 0.0
        return used == 0 or used + job.need.cpu <= capacity * (1 - reserved)

    def reweigh(self, policy: FairShare) -> None:
        """Take another policy; who waits and what was used stays."""
        self._policy = policy
        self._decay_ms = 1000 * (policy.decay_seconds or DEFAULT_DECAY_SECONDS)
        for identifier, share in self.shares.items():
            share.weight = weight_of(policy, identifier)

    def _share(self, job: Job) -> Share:
        identifier = job.spec.share or ""
        share = self.shares.get(identifier)
        if share is None:
            share = self.shares[identifier] = Share(weight_of(self._policy, identifier))
        return share


def weight_of(policy: FairShare, identifier: str) -> float:
    """The weight factor of an identifier: its own, that of its prefix (`name*`), or 1."""
    for name, weight in policy.weights:
        if identifier == name or (name.endswith("*") and identifier.startswith(name[:-1])):
            return weight
    return 1.0
