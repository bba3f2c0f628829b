"""Random workloads for the simulation: environments, queues, jobs of every kind, orders to stop, faults."""

from dataclasses import dataclass
from random import Random

from backroom_local.batch.core.model import (
    CPU_UNITS,
    Claim,
    Delays,
    Dependency,
    EnvironmentSpec,
    ExitRule,
    FairShare,
    FaultRates,
    InstanceType,
    JobSpec,
    Need,
    QueueSpec,
    RetryPolicy,
)
from backroom_local.batch.core.records import Job
from backroom_local.batch.core.words import Capacity, DependencyKind, ExitAction, FaultKind
from backroom_local.batch.drivers.virtual import Sample, VirtualDriver

from tests.unit.batch.audit import Audit, AuditedScheduler, check_end

TYPES = tuple(InstanceType(f"t{n}", n * CPU_UNITS, n * 3800) for n in (2, 4, 8))
RULES = (
    ExitRule(ExitAction.RETRY, on_status_reason="Host EC2*"),
    ExitRule(ExitAction.RETRY, on_exit_code="75"),
    ExitRule(ExitAction.EXIT, on_exit_code="1*"),
    ExitRule(ExitAction.EXIT, on_reason="CannotPull*"),
    ExitRule(ExitAction.EXIT, on_reason="*"),
)


@dataclass
class Simulation:
    """One random account with its driver and its audit."""

    chance: Random
    scheduler: AuditedScheduler
    driver: VirtualDriver
    audit: Audit
    submitted: int = 0

    def run(self, jobs: int) -> None:
        """Submit so many jobs over time, meddle, and go on until nothing is left; then check the end."""
        for _ in range(jobs):
            self.driver.run(until=self.driver.now + self.chance.randrange(40_000))
            self._submit()
            if self.chance.random() < 0.3:
                self._meddle()
        self.driver.run()
        check_end(self.scheduler, self.audit)

    def _submit(self) -> None:
        self.submitted += 1
        spec = random_job(self.chance, list(self.scheduler.world.jobs.values()))
        self.scheduler.submit(f"job{self.submitted}", spec, self.driver.now)

    def _meddle(self) -> None:
        """Cancel, terminate or harm some job."""
        job = self.chance.choice(list(self.scheduler.world.jobs.values()))
        if job.family is not None and self.chance.random() < 0.5:
            job = self.chance.choice(job.family.members)
        what = self.chance.choice(["cancel", "terminate", *FaultKind])
        if what == "cancel":
            self.scheduler.cancel(job, "canceled", self.driver.now)
        elif what == "terminate":
            self.scheduler.terminate(job, "terminated", self.driver.now)
        else:
            self.scheduler.inflict(job, FaultKind(what), "", self.driver.now)


def simulation(chance: Random) -> Simulation:
    """An account with one to three environments of each kind, and queues over them."""
    delays = Delays(
        evaluate=chance.choice([0, 500]),
        scale_up=chance.choice([0, 60_000]),
        scale_down=chance.choice([0, 120_000]),
        spot_notice=chance.choice([0, 120_000]),
    )
    rates = chance.choice([FaultRates(), FaultRates(4.0, 1.0, 0.05, 0.05)])
    scheduler, audit = AuditedScheduler(delays, rates, chance.randrange(1000)), Audit()
    scheduler.audit = audit
    for spec in random_environments(chance):
        scheduler.put_environment(spec, 0)
    for queue in random_queues(chance):
        scheduler.put_queue(queue)
    scheduler.put_consumable("licences", 3, replenishable=True)
    samples: dict[tuple[Job, int], Sample] = {}

    def sample(job: Job, attempt: int) -> Sample:
        return samples.setdefault((job, attempt), random_sample(chance))

    return Simulation(chance, scheduler, VirtualDriver(scheduler, sample, observe=audit), audit)


def random_environments(chance: Random) -> list[EnvironmentSpec]:
    """A spot and an on-demand environment, and Fargate. The on-demand one has room for every job."""
    spot = EnvironmentSpec("spot", Capacity.SPOT, chance.randrange(2, 20) * CPU_UNITS, 0, TYPES, True, True)
    minimum = chance.choice([0, 4]) * CPU_UNITS
    demand = EnvironmentSpec("demand", Capacity.EC2, 36 * CPU_UNITS, minimum, TYPES, True, chance.random() < 0.5)
    fargate = EnvironmentSpec("fargate", Capacity.FARGATE_SPOT, chance.randrange(8, 20) * CPU_UNITS)
    return [spot, demand, fargate]


def random_queues(chance: Random) -> list[QueueSpec]:
    """First come first served with two priorities, by fair share, and on Fargate."""
    policy = FairShare((("a", 0.5), ("b*", 2.0)), chance.choice([0, 60, 3600]), chance.choice([0, 10]))
    return [
        QueueSpec("low", 1, ("spot", "demand")),
        QueueSpec("high", 10, ("demand",)),
        QueueSpec("fair", 5, ("spot", "demand"), fair_share=policy),
        QueueSpec("serverless", 5, ("fargate",)),
    ]


def random_job(chance: Random, earlier: list[Job]) -> JobSpec:
    """A plain job, an array or a multi-node job."""
    queue = chance.choice(["low", "high", "fair", "serverless"])
    size = chance.choice([0, 0, 2, 3, 8, 20])
    nodes: tuple[Need, ...] = ()
    if queue != "serverless" and chance.random() < 0.15:
        size, nodes = 0, tuple(random_need(chance) for _ in range(chance.randrange(1, 4)))
    return JobSpec(
        name="job",
        queue=queue,
        need=random_need(chance),
        size=size,
        nodes=nodes,
        main_node=chance.randrange(len(nodes)) if nodes else 0,
        retry=RetryPolicy(chance.randrange(1, 6), tuple(chance.sample(RULES, chance.randrange(4)))),
        timeout_ms=chance.choice([None, None, 60_000, 150_000]),
        grace_ms=chance.choice([30_000, 0, 120_000]),
        dependencies=random_dependencies(chance, earlier, size),
        share=chance.choice(["a", "b1", "b2", "c"]) if queue == "fair" else None,
        priority=chance.randrange(3),
        claims=(Claim("licences", chance.randrange(1, 4)),) if chance.random() < 0.15 else (),
    )


def random_need(chance: Random) -> Need:
    return Need(chance.choice([256, 1024, 2048, 4096, 8192]), chance.choice([256, 2000, 7000, 16_000]))


def random_dependencies(chance: Random, earlier: list[Job], size: int) -> tuple[Dependency, ...]:
    """Some of the last jobs, as a whole or index by index, and now and then children in order."""
    found = []
    for job in chance.sample(earlier[-5:], min(len(earlier), chance.choice([0, 0, 0, 1, 2]))):
        same_size = bool(size) and job.spec.size == size
        kind = DependencyKind.N_TO_N if same_size and chance.random() < 0.7 else DependencyKind.WHOLE
        found.append(Dependency(kind, job.key))
    if size and chance.random() < 0.2:
        found.append(Dependency(DependencyKind.SEQUENTIAL))
    return tuple(found)


def random_sample(chance: Random) -> Sample:
    """Mostly a success; now and then a failure, a container that never runs, one that ignores SIGTERM."""
    return Sample(
        run_ms=chance.randrange(200_000),
        exit_code=chance.choice([0, 0, 0, 0, 0, 1, 75, 139]),
        start_ms=chance.choice([0, 0, 1000, 20_000, None]) if chance.random() < 0.3 else 0,
        reason=None,
        stop_ms=chance.choice([0, 2000, 200_000]),
        stop_exit_code=chance.choice([143, 75, 0]),
    )
