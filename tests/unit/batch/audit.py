"""Watching a simulation from outside: what must hold at every moment, kept by its own books and not by the core's."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from backroom_local.batch.core.effects import Changed, Effect, Start
from backroom_local.batch.core.records import Instance, Job
from backroom_local.batch.core.scheduler import Scheduler
from backroom_local.batch.core.words import HostState, Status
from backroom_local.batch.core.world import World

NEXT = {
    None: {Status.SUBMITTED},
    Status.SUBMITTED: {Status.PENDING, Status.RUNNABLE, Status.FAILED},
    Status.PENDING: {Status.RUNNABLE, Status.SUCCEEDED, Status.FAILED},
    Status.RUNNABLE: {Status.STARTING, Status.FAILED},
    Status.STARTING: {Status.RUNNING, Status.RUNNABLE, Status.SUCCEEDED, Status.FAILED},
    Status.RUNNING: {Status.RUNNABLE, Status.SUCCEEDED, Status.FAILED},
    Status.SUCCEEDED: set(),
    Status.FAILED: set(),
}
"""Which state may follow which (user guide, "Job states"); nodes of a multi-node job begin again with it."""


@dataclass
class Audit:
    """Books of which containers are alive where, and which states jobs have been in."""

    alive: dict[Job, tuple[int, Instance]] = field(default_factory=dict)
    states: dict[Job, Status] = field(default_factory=dict)
    events: int = 0
    starts: Counter[str] = field(default_factory=Counter)

    def __call__(self, effect: Effect) -> None:
        """See an effect."""
        if isinstance(effect, Start):
            self._started(effect)
        elif isinstance(effect, Changed):
            self._changed(effect.job, effect.status)

    def _started(self, effect: Start) -> None:
        job = effect.job
        assert job not in self.alive, f"{job.id} is started while its attempt {self.alive[job][0]} is alive"
        assert job.instance is not None
        self.alive[job] = (effect.attempt, job.instance)
        self.starts[job.id] += 1
        assert self.starts[job.id] <= job.spec.retry.attempts, f"{job.id} has more attempts than its strategy allows"
        self._check_room(job.instance)

    def _check_room(self, instance: Instance) -> None:
        here = [job.need for job, (_, place) in self.alive.items() if place is instance]
        assert sum(need.cpu for need in here) <= instance.type.cpu, f"{instance.id} has more CPU placed than it has"
        assert sum(need.memory for need in here) <= instance.type.memory, f"{instance.id} has too much memory placed"
        spec = instance.environment.spec
        largest = max((kind.cpu for kind in spec.types), default=0) if spec.may_exceed else 0
        assert instance.environment.cpu <= spec.max_cpu + largest, f"{spec.name} is larger than its maximum"

    def _changed(self, job: Job, status: Status) -> None:
        self.events += 1
        before = self.states.get(job, Status.SUBMITTED if job.parent else None)
        node = job.parent is not None and bool(job.spec.nodes)
        again = node and before in (Status.SUCCEEDED, Status.FAILED) and status is Status.RUNNABLE
        assert status in NEXT[before] or again, f"{job.id} goes from {before} to {status}"
        self.states[job] = status


class AuditedScheduler(Scheduler):
    """Tells an audit when a container is really gone: the driver says so, whatever the core makes of it."""

    audit: Audit

    def advance(self, now: int) -> list[Effect]:
        """Advance, then see that nobody waits for room that is there."""
        effects = super().advance(now)
        for queue in self.world.queues.values():
            head = queue.line.head(now)
            if head is not None and not (head.spec.nodes or head.spec.claims or queue.spec.fair_share):
                _check_no_room(self.world, queue.spec.environments, head)
        return effects

    def ended(self, job: Job, attempt: int, exit_code: int | None, reason: str | None, now: int) -> None:
        if self.audit.alive.get(job, (None,))[0] == attempt:
            del self.audit.alive[job]
        super().ended(job, attempt, exit_code, reason, now)


def _check_no_room(world: World, environments: tuple[str, ...], head: Job) -> None:
    """The search for room remembers what it did not find; this one remembers nothing."""
    for environment in (world.environments[name] for name in environments):
        for instance in environment.instances.values() if environment.spec.enabled else ():
            fits = instance.cpu >= head.need.cpu and instance.memory >= head.need.memory
            assert not (fits and instance.state is HostState.READY), f"{head.id} waits, and {instance.id} has room"


def check_end(scheduler: Scheduler, audit: Audit) -> None:
    """What must hold when nothing is left to do: every job ended, everything was given back, families add up."""
    world = scheduler.world
    assert not audit.alive
    for job in world.jobs.values():
        assert job.final, f"{job.id} is still {job.status}"
        _check_family(job)
        _check_dependencies(scheduler, job)
    for queue in world.queues.values():
        assert queue.line.waiting == 0
    for resource in world.consumables.values():
        assert resource.held == 0
    for environment in world.environments.values():
        _check_given_back(environment.instances)


def _check_given_back(instances: dict[str, Instance]) -> None:
    for instance in instances.values():
        assert not instance.jobs
        assert (instance.cpu, instance.memory) == (instance.type.cpu, instance.type.memory)


def _check_family(job: Job) -> None:
    if job.family is None:
        return
    found = Counter(member.status for member in job.family.members)
    assert +job.family.counts == found, f"{job.id} counts {job.family.counts} and has {found}"
    assert all(member.final for member in job.family.members)
    if not job.spec.nodes:
        assert (job.status is Status.FAILED) == bool(found[Status.FAILED])
        assert job.attempts == []
        assert job.stopped == max(member.stopped or 0 for member in job.family.members)


def _check_dependencies(scheduler: Scheduler, job: Job) -> None:
    """Nobody began before what it depends on had succeeded."""
    wholes = [one.job_id for one in job.spec.dependencies if one.job_id and one.kind == "WHOLE"]
    for target in map(scheduler.world.job, wholes):
        for member in job.family.members if job.family else [job]:
            if member.attempts:
                assert target.status is Status.SUCCEEDED
                assert target.stopped is not None
                assert target.stopped <= (member.attempts[0].started or member.attempts[0].stopped)


def by_status(job: Job) -> dict[Status, int]:
    """How many children are in which state."""
    counted: dict[Status, int] = defaultdict(int)
    for member in job.family.members if job.family else []:
        counted[member.status] += 1
    return dict(counted)
