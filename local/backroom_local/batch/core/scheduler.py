"""The front door of the core: commands in, effects out, time given. Nothing here waits, starts or reads a clock."""

import random
from dataclasses import replace

from backroom_local.batch.core import attempts, dependencies, dispatch, growth, multinode, stopping, submission
from backroom_local.batch.core.effects import Effect
from backroom_local.batch.core.fairshare import FairLine
from backroom_local.batch.core.model import Delays, EnvironmentSpec, FaultRates, JobSpec, QueueSpec
from backroom_local.batch.core.records import Consumable, Environment, Job
from backroom_local.batch.core.words import FaultKind
from backroom_local.batch.core.world import Queue, World, line_for


class Scheduler:
    """AWS Batch as a discrete-event simulation.

    Call commands with the time in milliseconds, then `advance`, carry out the effects it returns, and come back at
    `next_wakeup` or with the next command. Every `Start` has to be answered by `ended`, once, and before that by
    `started` if the process ran.
    """

    def __init__(self, delays: Delays | None = None, rates: FaultRates | None = None, seed: int = 0) -> None:
        chance = random.Random(seed)  # noqa: S311 - faults, not secrets
        self.world = World(delays or Delays(), rates or FaultRates(), chance)

    def advance(self, now: int) -> list[Effect]:
        """Do what is due, place what can be placed, and return what the driver has to do and tell, in order."""
        world = self.world
        while True:
            for callback in world.timers.due(now):
                callback(now)
            dependencies.settle(world, now)
            dispatch.dispatch(world, now)
            due = world.timers.next
            if not world.ended and (due is None or due > now):
                return self.collect()

    def collect(self) -> list[Effect]:
        """What commands have brought about since, with nothing else done."""
        effects, self.world.outbox = self.world.outbox, []
        return effects

    def next_wakeup(self) -> int | None:
        """When `advance` has to be called even if nothing happens."""
        return self.world.timers.next

    def put_environment(self, spec: EnvironmentSpec, now: int) -> Environment:
        """Create a compute environment, or change one; running jobs go on."""
        environment = self.world.environments.setdefault(spec.name, Environment(spec))
        environment.spec = spec
        environment.kinds.clear()
        growth.fill_minimum(self.world, environment, now)
        self.world.recheck()
        return environment

    def drop_environment(self, name: str) -> None:
        """Forget a compute environment that no queue uses. Raises UnknownError."""
        self.world.environment(name)
        del self.world.environments[name]

    def put_queue(self, spec: QueueSpec) -> Queue:
        """Create a queue, or change one; what waits keeps its order. Raises UnknownError for an environment."""
        for name in spec.environments:
            self.world.environment(name)
        queue = self.world.queues.setdefault(spec.name, Queue(spec, line_for(spec)))
        if isinstance(queue.line, FairLine) and spec.fair_share is not None:
            queue.line.reweigh(spec.fair_share)
        queue.spec = spec
        queue.stuck = None
        self.world.recheck()
        return queue

    def drop_queue(self, name: str, now: int) -> None:
        """Terminate all jobs of a queue, as DeleteJobQueue does; the queue stays for what ends later. Raises
        UnknownError."""
        queue = self.world.queue(name)
        queue.spec = replace(queue.spec, enabled=False)
        for job in queue.jobs:
            stopping.terminate(self.world, job, "Job Queue deleted", now)

    def keep_queue(self, name: str) -> None:
        """Have a queue for jobs that were submitted to one that was deleted since."""
        if name not in self.world.queues:
            spec = QueueSpec(name, 0, (), enabled=False)
            self.world.queues[name] = Queue(spec, line_for(spec))

    def put_consumable(self, name: str, total: int, *, replenishable: bool) -> Consumable:
        """Create a consumable resource, or set its total."""
        resource = self.world.consumables.setdefault(name, Consumable(name, total, replenishable))
        resource.total = total
        self.world.dirty = True
        return resource

    def submit(self, job_id: str, spec: JobSpec, now: int) -> Job:
        """Submit a job. Raises UnknownError for its queue or a dependency."""
        return submission.submit(self.world, job_id, spec, now)

    def cancel(self, job: Job, reason: str, now: int) -> None:
        """CancelJob."""
        stopping.cancel(self.world, job, reason, now)

    def terminate(self, job: Job, reason: str, now: int) -> None:
        """TerminateJob."""
        stopping.terminate(self.world, job, reason, now)

    def started(self, job: Job, attempt: int, now: int) -> None:
        """The process of an attempt runs."""
        (multinode if multinode.is_node(job) else attempts).started(self.world, job, attempt, now)

    def ended(self, job: Job, attempt: int, exit_code: int | None, reason: str | None, now: int) -> None:
        """The container of an attempt is gone; `exit_code` is None when it never ran."""
        (multinode if multinode.is_node(job) else attempts).ended(self.world, job, attempt, exit_code, reason, now)

    def inflict(self, job: Job, kind: FaultKind, detail: str, now: int) -> None:
        """A fault on demand."""
        stopping.inflict(self.world, job, kind, detail, now)

    def exhaust(self, environment: str, *, exhausted: bool) -> None:
        """EC2 has no capacity for an environment, or has it again. Raises UnknownError."""
        self.world.environment(environment).exhausted = exhausted
        self.world.recheck()
