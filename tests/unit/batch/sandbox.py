"""A small account on the virtual clock, to show one rule at a time. Time in seconds, CPU in vCPUs, memory in MiB."""

from collections.abc import Callable
from typing import Any

from backroom_local.batch.core.effects import Blocked, Changed, Effect, Start
from backroom_local.batch.core.model import (
    CPU_UNITS,
    Delays,
    EnvironmentSpec,
    FaultRates,
    InstanceType,
    JobSpec,
    Need,
    QueueSpec,
)
from backroom_local.batch.core.records import Environment, Job
from backroom_local.batch.core.words import Capacity, FaultKind, Status
from backroom_local.batch.drivers.virtual import Sample, VirtualDriver

from tests.unit.batch.audit import Audit, AuditedScheduler

SMALL = InstanceType("small", 2 * CPU_UNITS, 4000)
LARGE = InstanceType("large", 8 * CPU_UNITS, 16_000)


class Sandbox:
    """An account, its driver, and what happened in it."""

    def __init__(self, delays: Delays = Delays(), rates: FaultRates = FaultRates()) -> None:  # noqa: B008
        self.scheduler = AuditedScheduler(delays, rates)
        self.scheduler.audit = self.audit = Audit()
        self.driver = VirtualDriver(self.scheduler, self._sample, observe=self._see)
        self.samples: dict[str, Callable[[Job, int], Sample]] = {}
        self.started: list[tuple[float, str]] = []
        self.changes: list[tuple[str, Status]] = []
        self.blocked: list[str] = []

    @property
    def now(self) -> float:
        return self.driver.now / 1000

    def environment(self, name: str, vcpus: float, *types: InstanceType, **more: Any) -> Environment:
        capacity = more.pop("capacity", Capacity.EC2)
        kinds = () if capacity.fargate else (types or (SMALL,))
        spec = EnvironmentSpec(name, capacity, round(vcpus * CPU_UNITS), types=kinds, **more)
        return self.scheduler.put_environment(spec, self.driver.now)

    def queue(self, name: str, *environments: str, priority: int = 1, **more: Any) -> None:
        self.scheduler.put_queue(QueueSpec(name, priority, environments, **more))

    def submit(
        self, name: str, vcpus: float = 1, memory: int = 500, *, queue: str = "q", seconds: float = 60, **more: Any
    ) -> Job:
        """Submit a job that runs so long and exits as `exits` says, attempt by attempt, the last one ever again."""
        exits = more.pop("exits", [0])
        stop, stop_exit = more.pop("stop_seconds", 0.0), more.pop("stop_exit", 143)
        self.samples[name] = lambda _job, attempt: Sample(
            round(seconds * 1000),
            exits[min(attempt, len(exits)) - 1],
            stop_ms=round(stop * 1000),
            stop_exit_code=stop_exit,
        )
        spec = JobSpec(name, queue, Need(round(vcpus * CPU_UNITS), memory), **more)
        return self.scheduler.submit(name, spec, self.driver.now)

    def run(self, until: float | None = None) -> None:
        """Go on until nothing is left, or to a time in seconds."""
        self.driver.run(None if until is None else round(until * 1000))

    def inflict(self, job: Job, kind: FaultKind, detail: str = "") -> None:
        self.scheduler.inflict(job, kind, detail, self.driver.now)

    def states(self, job: Job) -> list[Status]:
        """The states that a job was in, in order."""
        return [status for job_id, status in self.changes if job_id == job.id]

    def names_started(self) -> list[str]:
        """Names or ids in the order in which their containers were started."""
        return [name for _, name in self.started]

    def _sample(self, job: Job, attempt: int) -> Sample:
        return self.samples[job.spec.name](job, attempt)

    def _see(self, effect: Effect) -> None:
        self.audit(effect)
        if isinstance(effect, Start):
            self.started.append((self.now, effect.job.id))
        elif isinstance(effect, Changed):
            self.changes.append((effect.job.id, effect.status))
        elif isinstance(effect, Blocked):
            self.blocked.append(effect.reason)


def sandbox(vcpus: float = 4, **more: Any) -> Sandbox:
    """One EC2 environment `ce` of so many vCPUs in small instances, one queue `q`."""
    account = Sandbox(**more)
    account.environment("ce", vcpus)
    account.queue("q", "ce")
    return account
