"""Everything the scheduler remembers, in one place, and how its parts find each other."""

import random
from collections import deque
from dataclasses import dataclass, field

from backroom_local.batch.core.effects import Effect
from backroom_local.batch.core.fairshare import FairLine
from backroom_local.batch.core.lines import FifoLine, Line
from backroom_local.batch.core.model import Delays, FaultRates, Need, QueueSpec
from backroom_local.batch.core.records import Consumable, Environment, Job
from backroom_local.batch.core.timers import Timers


class UnknownError(LookupError):
    """There is no such job, queue, environment or resource: `kind` and `name` say which."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"there is no {kind} {name!r}")
        self.kind, self.name = kind, name


@dataclass(slots=True, eq=False)
class Stuck:
    """The head of a queue that cannot be placed: since when, and why."""

    job: Job
    reason: str
    since: int


@dataclass(slots=True, eq=False)
class Queue:
    """A job queue: its line, all jobs submitted to it, and its head if that is stuck."""

    spec: QueueSpec
    line: Line
    jobs: list[Job] = field(default_factory=list)
    stuck: Stuck | None = None
    sound: Need | tuple[Need, ...] | None = None
    """What the last head needed that was merely waiting; looked at again when something about the capacity changes."""


@dataclass(slots=True, eq=False)
class World:
    """The state of the simulated account."""

    delays: Delays
    rates: FaultRates
    chance: random.Random
    jobs: dict[str, Job] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    environments: dict[str, Environment] = field(default_factory=dict)
    consumables: dict[str, Consumable] = field(default_factory=dict)
    timers: Timers = field(default_factory=Timers)
    outbox: list[Effect] = field(default_factory=list)
    ended: deque[Job] = field(default_factory=deque)
    """Jobs that ended and whose dependents have not been looked at yet."""
    dirty: bool = False
    """Something happened that may let a job be placed."""
    launched: int = 0
    """Instances so far."""

    def job(self, job_id: str) -> Job:
        """The job, child (`ID:3`) or node (`ID#1`) of that id. Raises UnknownError."""
        root, mark, index = job_id.partition(":") if ":" in job_id else job_id.partition("#")
        job = self.jobs.get(root)
        if job is None or (mark and not _has_member(job, mark, index)):
            raise UnknownError("job", job_id)
        return job.family.members[int(index)] if mark and job.family else job

    def queue(self, name: str) -> Queue:
        """Raises UnknownError."""
        if name not in self.queues:
            raise UnknownError("queue", name)
        return self.queues[name]

    def environment(self, name: str) -> Environment:
        """Raises UnknownError."""
        if name not in self.environments:
            raise UnknownError("environment", name)
        return self.environments[name]

    def consumable(self, name: str) -> Consumable:
        """Raises UnknownError."""
        if name not in self.consumables:
            raise UnknownError("consumable resource", name)
        return self.consumables[name]

    def recheck(self) -> None:
        """Something about environments or queues is different: look at every head again."""
        self.dirty = True
        for queue in self.queues.values():
            queue.sound = None

    def queue_of(self, job: Job) -> Queue:
        """The queue that a job was submitted to."""
        return self.queues[job.spec.queue]


def line_for(spec: QueueSpec) -> Line:
    """An empty line of the kind that the queue's policy asks for."""
    return FairLine(spec.fair_share) if spec.fair_share else FifoLine()


def _has_member(job: Job, mark: str, index: str) -> bool:
    """Whether `ID:INDEX` or `ID#INDEX` names a member of this job."""
    right_mark = "#" if job.spec.nodes else ":"
    return job.family is not None and mark == right_mark and index.isdigit() and int(index) < len(job.family.members)
