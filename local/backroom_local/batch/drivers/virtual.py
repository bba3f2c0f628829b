"""The virtual driver: a clock that jumps from event to event, and containers that are a duration and an exit.

Ten thousand portions simulate in well under a second; this is the forecast, and the ground of the property tests.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from backroom_local.batch.core.effects import Changed, Effect, Start, Stop
from backroom_local.batch.core.records import Job
from backroom_local.batch.core.scheduler import Scheduler

Observer = Callable[[Effect], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """What one container will do, in milliseconds: when it runs, how long, how it exits, how fast it obeys SIGTERM.

    `start_ms` is None for a container that never runs: it ends at once with `reason`.
    """

    run_ms: int
    exit_code: int | None = 0
    reason: str | None = None
    start_ms: int | None = 0
    stop_ms: int = 0
    stop_exit_code: int = 143


Sampler = Callable[[Job, int], Sample]


class VirtualDriver:
    """Drives a scheduler over virtual time, from `now` (milliseconds).

    `sample(job, attempt)` says what a container will do; `observe` sees every effect, after it was carried out.
    """

    def __init__(self, scheduler: Scheduler, sample: Sampler, now: int = 0, observe: Observer | None = None) -> None:
        self.scheduler = scheduler
        self.now = now
        self.events = 0
        """State changes so far."""
        self._sample = sample
        self._observe = observe
        self._order = count()
        self._heap: list[tuple[int, int, Job, int, Sample | None, int | None, str | None]] = []

    def run(self, until: int | None = None) -> None:
        """Go on until nothing is due any more, or until a time."""
        self._carry_out(self.scheduler.advance(self.now))
        while (due := self._next()) is not None and (until is None or due <= until):
            self.now = due
            self._end_due()
            self._carry_out(self.scheduler.advance(due))
        if until is not None:
            self.now = max(self.now, until)

    def _next(self) -> int | None:
        """When anything happens next: a container starts or ends, or the scheduler wants to be woken."""
        wakeup = self.scheduler.next_wakeup()
        if not self._heap:
            return wakeup
        first = self._heap[0][0]
        return first if wakeup is None or first <= wakeup else wakeup

    def _end_due(self) -> None:
        """Tell the scheduler of the containers that start or end now."""
        heap, now, scheduler = self._heap, self.now, self.scheduler
        while heap and heap[0][0] <= now:
            _, _, job, attempt, sample, exit_code, reason = heapq.heappop(heap)
            if sample is not None:
                self._run(job, attempt, sample)
            else:
                scheduler.ended(job, attempt, exit_code, reason, now)

    def _carry_out(self, effects: list[Effect]) -> None:
        while effects:
            for effect in effects:
                kind = type(effect)
                if kind is Changed:
                    self.events += 1
                elif isinstance(effect, Start):
                    self._start(effect)
                elif isinstance(effect, Stop):
                    self._stop(effect)
                if self._observe is not None:
                    self._observe(effect)
            effects = self.scheduler.collect()

    def _start(self, effect: Start) -> None:
        sample = self._sample(effect.job, effect.attempt)
        if sample.start_ms is None:
            self._later(self.now, effect.job, effect.attempt, None, None, sample.reason)
        elif sample.start_ms == 0:
            self._run(effect.job, effect.attempt, sample)
        else:
            self._later(self.now + sample.start_ms, effect.job, effect.attempt, sample, None, None)

    def _run(self, job: Job, attempt: int, sample: Sample) -> None:
        self.scheduler.started(job, attempt, self.now)
        self._later(self.now + sample.run_ms, job, attempt, None, sample.exit_code, sample.reason)

    def _stop(self, effect: Stop) -> None:
        """A container obeys SIGTERM or is killed. Its natural end stays in the heap: the first end counts."""
        sample = self._sample(effect.job, effect.attempt)
        obeys = sample.stop_ms < effect.grace_ms
        delay = min(sample.stop_ms, effect.grace_ms)
        code = sample.stop_exit_code if obeys else 137
        self._later(self.now + delay, effect.job, effect.attempt, None, code, None)

    def _later(
        self, at: int, job: Job, attempt: int, sample: Sample | None, exit_code: int | None, reason: str | None
    ) -> None:
        heapq.heappush(self._heap, (at, next(self._order), job, attempt, sample, exit_code, reason))
