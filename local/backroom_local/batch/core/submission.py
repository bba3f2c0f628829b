"""From SubmitJob to RUNNABLE: a job is recorded, looked at after a while, given its children and its dependencies."""

from collections import Counter
from functools import partial

from backroom_local.batch.core import dependencies
from backroom_local.batch.core.effects import Changed
from backroom_local.batch.core.model import Dependency, JobSpec
from backroom_local.batch.core.records import Family, Job
from backroom_local.batch.core.transitions import move
from backroom_local.batch.core.words import DependencyKind, Status
from backroom_local.batch.core.world import World


def submit(world: World, job_id: str, spec: JobSpec, now: int) -> Job:
    """Record a job as SUBMITTED; it is evaluated later. Raises UnknownError for its queue or a dependency."""
    dependencies.settle(world, now)
    job = record(world, job_id, spec, now)
    world.outbox.append(Changed(job, Status.SUBMITTED, now))
    world.timers.set(now + world.delays.evaluate, partial(evaluate, world, job))
    return job


def record(world: World, job_id: str, spec: JobSpec, created: int) -> Job:
    """Put a job with its children or nodes among the others. Raises UnknownError."""
    queue = world.queue(spec.queue)
    for dependency in spec.dependencies:
        if dependency.job_id is not None:
            world.job(dependency.job_id)
    job = Job(job_id, spec, created)
    job.family = _family(job, created)
    dependencies.link(world, job)
    world.jobs[job_id] = job
    queue.jobs.append(job)
    return job


def _family(job: Job, created: int) -> Family | None:
    count = job.spec.size or len(job.spec.nodes)
    if not count:
        return None
    members = [Job("", job.spec, created, index, job) for index in range(count)]
    return Family(members, Counter({Status.SUBMITTED: count}), count)


def evaluate(world: World, job: Job, now: int) -> None:
    """Look at a submitted job: RUNNABLE, or PENDING while it waits for others; its children likewise."""
    if job.status is not Status.SUBMITTED:
        return
    if any(dependencies.already_failed(world, dependency) for dependency in _whole(job)):
        dependencies.fail_dependent(world, job, now)
        return
    if job.family is not None and not job.spec.nodes:
        _spawn(world, job, job.family, now)
    elif job.unmet:
        move(world, job, Status.PENDING, now)
    else:
        dependencies.release(world, job, now)


def _spawn(world: World, job: Job, family: Family, now: int) -> None:
    """Children enter PENDING when they have to wait, as their parent does in any case; else RUNNABLE at once."""
    move(world, job, Status.PENDING, now)
    for member in family.members:
        member.created = now
        if member.status is Status.SUBMITTED and (member.unmet or job.unmet):
            move(world, member, Status.PENDING, now)
    for member in list(dependencies.doomed_children(world, job)):
        dependencies.fail_dependent(world, member, now)
    if not job.unmet and not job.final:
        dependencies.release(world, job, now)


def _whole(job: Job) -> list[Dependency]:
    """The dependencies on other jobs as a whole."""
    return [one for one in job.spec.dependencies if one.kind is not DependencyKind.N_TO_N]
