"""Runs portions through the Batch simulator on the virtual clock: one maximum of vCPUs, one outcome."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backroom_local.batch.core.model import JobSpec, QueueSpec
from backroom_local.batch.core.records import Attempt, Environment, Job
from backroom_local.batch.core.scheduler import Scheduler
from backroom_local.batch.drivers.virtual import Sample, VirtualDriver
from backroom_local.forecast.fleet import Container, Fleet
from backroom_local.forecast.lifetimes import Lifetimes

LARGEST_ARRAY = 10_000
"""Children that one array job of AWS Batch may have."""
STOP_MS = 1000
"""Between SIGTERM and the end of a container that saves its checkpoint."""
_QUEUE = "forecast"


class NeverRunsError(Exception):
    """A portion would wait for ever: no environment has room for its container; says why, in Batch's words."""


@dataclass(frozen=True, slots=True)
class Work:
    """A portion that is to be run: whose it is, and the seconds that its container takes."""

    tenant: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Ran:
    """A portion that was run: its attempts in order, and whether the last one succeeded."""

    tenant: str
    attempts: tuple[Attempt, ...]
    succeeded: bool

    @property
    def waited(self) -> float:
        """Seconds until its first container ran."""
        first = self.attempts[0]
        return (first.stopped if first.started is None else first.started) / 1000

    @property
    def finished(self) -> float:
        """Seconds until its last container had ended."""
        return self.attempts[-1].stopped / 1000

    @property
    def used(self) -> float:
        """Seconds that its containers ran, all attempts together."""
        return sum(one.stopped - one.started for one in self.attempts if one.started is not None) / 1000


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of it: the portions in the order of the work, and the instances that they took."""

    ran: list[Ran]
    lifetimes: Lifetimes


def simulate(work: Sequence[Work], container: Container, fleet: Fleet, seed: int) -> Simulated:
    """Run all the work, submitted at time 0 as array jobs in its order. `seed` is that of the random reclaims.

    Raises NeverRunsError.
    """
    scheduler = Scheduler(fleet.delays, fleet.rates, seed)
    starts: dict[str, int] = {}
    driver = VirtualDriver(scheduler, _Sampler(work, starts, round(fleet.start_seconds * 1000)))
    lifetimes = Lifetimes(lambda: driver.now)
    _equip(scheduler, fleet, lifetimes)
    jobs = [scheduler.submit(key, spec, 0) for key, spec in _arrays(len(work), container, starts)]
    driver.run()
    children = [child for job in jobs for child in (job.family.members if job.family and job.spec.size else [job])]
    _require_ends(scheduler, children)
    ran = [
        Ran(portion.tenant, tuple(child.attempts), child.status == "SUCCEEDED")
        for portion, child in zip(work, children, strict=True)
    ]
    return Simulated(ran, lifetimes)


def _equip(scheduler: Scheduler, fleet: Fleet, lifetimes: Lifetimes) -> None:
    """Create environments, whose instances note their lifetimes, and the queue."""
    for spec in fleet.environments:
        scheduler.world.environments[spec.name] = Environment(spec, lifetimes.watched())
        scheduler.put_environment(spec, 0)
    scheduler.put_queue(QueueSpec(_QUEUE, 1, tuple(spec.name for spec in fleet.environments)))


def _arrays(count: int, container: Container, starts: dict[str, int]) -> Iterator[tuple[str, JobSpec]]:
    """Yield the jobs to submit, and note in `starts` which portion each begins with; one of several nodes has one."""
    largest = LARGEST_ARRAY if container.nodes == 1 else 1
    for start in range(0, count, largest):
        key, size = f"array-{start}", min(largest, count - start)
        starts[key] = start
        yield (
            key,
            JobSpec(
                key,
                _QUEUE,
                container.need,
                size=size if size > 1 else 0,
                retry=container.retry,
                timeout_ms=container.timeout_ms,
                nodes=(container.need,) * container.nodes if container.nodes > 1 else (),
            ),
        )


@dataclass(frozen=True, slots=True)
class _Sampler:
    """What each container does: the work that its checkpoint says is left, then exit code 0."""

    work: Sequence[Work]
    starts: Mapping[str, int]
    start_ms: int

    def __call__(self, job: Job, _attempt: int) -> Sample:
        portion = self.work[self.starts[job.root.key] + (0 if job.root.spec.nodes else job.index)]
        done = sum(one.stopped - one.started for one in job.attempts if one.started is not None)
        return Sample(max(1, round(portion.seconds * 1000) - done), start_ms=self.start_ms, stop_ms=STOP_MS)


def _require_ends(scheduler: Scheduler, children: Sequence[Job]) -> None:
    """Raise NeverRunsError when something still waits though nothing will happen any more."""
    waiting = next((child for child in children if not child.final), None)
    if waiting is None:
        return
    stuck = scheduler.world.queue(_QUEUE).stuck
    need = waiting.need
    raise NeverRunsError(
        f"a container of {need.cpu / 1024:g} vCPU and {need.memory:,} MiB would wait for ever"
        f"{f' ({stuck.reason})' if stuck else ''}; allow more vCPUs or larger instance types"
    )
