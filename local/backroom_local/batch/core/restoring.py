"""Coming up again after a crash: jobs as they were last recorded, and what ran then counts as lost with its host."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from backroom_local.batch.core import attempts, dependencies, submission
from backroom_local.batch.core.model import JobSpec
from backroom_local.batch.core.records import Attempt, Family, Job
from backroom_local.batch.core.transitions import move
from backroom_local.batch.core.words import HOST_TERMINATED, PLACED, Status
from backroom_local.batch.core.world import World

ITSELF = -1
"""Index under which a job's own state is saved; children and nodes have theirs."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The state of a job, child or node as it was recorded."""

    status: Status
    reason: str | None
    created: int
    started: int | None
    stopped: int | None
    attempt: int
    attempts: tuple[Attempt, ...]
    canceled: bool
    terminated: bool
    stop_reason: str | None
    environment: str | None
    instance: str | None

    @classmethod
    def of(cls, job: Job) -> "Saved":
        """What is worth saving of a job."""
        return cls(
            status=job.status,
            reason=job.reason,
            created=job.created,
            started=job.started,
            stopped=job.stopped,
            attempt=job.attempt,
            attempts=tuple(job.attempts),
            canceled=job.canceled,
            terminated=job.terminated,
            stop_reason=job.stop_reason,
            environment=job.environment,
            instance=job.instance.id if job.instance else None,
        )


def restore(world: World, job_id: str, spec: JobSpec, created: int, saved: Mapping[int, Saved]) -> Job:
    """Put a job back as it was, in the order of submission: what it depends on has to be back before it."""
    job = submission.record(world, job_id, spec, created)
    for index, state in saved.items():
        if index == ITSELF:
            _overlay(job, state)
        elif job.family is not None:
            _overlay(job.family.members[index], state)
    if job.family is not None:
        _count(job.family)
    return job


def _overlay(job: Job, saved: Saved) -> None:
    job.status, job.reason = saved.status, saved.reason
    job.created, job.started, job.stopped = saved.created, saved.started, saved.stopped
    job.attempt, job.attempts = saved.attempt, list(saved.attempts)
    job.canceled, job.terminated, job.stop_reason = saved.canceled, saved.terminated, saved.stop_reason
    job.environment = saved.environment
    if saved.status is Status.RUNNING:
        job.attempt_started = saved.started
    if saved.status in PLACED:
        job.lost_instance = saved.instance or ""


def _count(family: Family) -> None:
    family.counts = Counter(member.status for member in family.members)
    family.open = sum(not member.final for member in family.members)


def resume(world: World, now: int) -> None:
    """Go on: what was placed is lost, what waited waits again in its order, what was new is evaluated."""
    for job in list(world.jobs.values()):
        members = job.family.members if job.family is not None and not job.spec.nodes else []
        for one in [*members, job]:
            _resume(world, one, now)
    dependencies.settle(world, now)


def _resume(world: World, job: Job, now: int) -> None:
    if job.status is Status.RUNNABLE:
        world.queue_of(job).line.add(job, front=False)
        world.dirty = True
    elif job.status is Status.SUBMITTED and job.parent is None:
        world.timers.set(now, partial(submission.evaluate, world, job))
    elif job.status in PLACED:
        _lose(world, job, now)


def _lose(world: World, job: Job, now: int) -> None:
    """The attempt ends as any does whose host is gone; the rules say whether there is another."""
    reason = HOST_TERMINATED.format(instance=job.lost_instance)
    for one in job.spec.claims:
        world.consumables[one.resource].held += one.quantity
    for node in job.family.members if job.family is not None else []:
        if node.status in PLACED:
            node.reason, node.stopped = reason, now
            node.attempts.append(_attempt(node, reason, now))
            move(world, node, Status.FAILED, now)
    attempt = _attempt(job, reason, now)
    job.attempts.append(attempt)
    attempts.conclude(world, job, attempt, now)


def _attempt(job: Job, reason: str, now: int) -> Attempt:
    return Attempt(job.attempt, job.attempt_started, now, None, None, reason, job.lost_instance)
