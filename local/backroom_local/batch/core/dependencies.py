"""Who waits for whom: whole jobs, arrays index by index (N_TO_N), and the children of one array in order (SEQUENTIAL).

A dependent of a job that failed becomes FAILED without an attempt (user guide, "Job dependencies").
"""

from collections.abc import Iterator

from backroom_local.batch.core.model import Dependency
from backroom_local.batch.core.records import Family, Job
from backroom_local.batch.core.transitions import finish, make_runnable, move
from backroom_local.batch.core.words import DEPENDENCY_FAILED, DependencyKind, Status
from backroom_local.batch.core.world import World


def link(world: World, job: Job) -> None:
    """Count what a new job and its children wait for. What has succeeded already is not counted."""
    for dependency in job.spec.dependencies:
        if dependency.kind is DependencyKind.N_TO_N:
            _link_by_index(world.job(dependency.job_id or ""), job)
        elif dependency.job_id is not None:
            _link_whole(world.job(dependency.job_id), job)
        else:
            _link_in_order(job)


def _link_whole(target: Job, job: Job) -> None:
    if target.status is Status.SUCCEEDED:
        return
    job.unmet += 1
    if target.dependents is None:
        target.dependents = []
    target.dependents.append(job)


def _link_by_index(target: Job, job: Job) -> None:
    if target.family is None or job.family is None:
        _link_whole(target, job)
        return
    target.family.index_dependents.append(job)
    for awaited, member in zip(target.family.members, job.family.members, strict=False):
        if awaited.status is not Status.SUCCEEDED:
            member.unmet += 1


def _link_in_order(job: Job) -> None:
    if job.family is not None:
        job.family.sequential = True
        for member in job.family.members[1:]:
            member.unmet += 1


def already_failed(world: World, dependency: Dependency) -> bool:
    """Whether a whole job that another depends on has failed before it was submitted."""
    return dependency.job_id is not None and world.job(dependency.job_id).status is Status.FAILED


def doomed_children(world: World, job: Job) -> Iterator[Job]:
    """Children of a new array whose counterpart in an N_TO_N dependency has failed already."""
    for dependency in job.spec.dependencies:
        target = world.job(dependency.job_id) if dependency.job_id else None
        if dependency.kind is DependencyKind.N_TO_N and target is not None and target.family and job.family:
            pairs = zip(target.family.members, job.family.members, strict=False)
            yield from (member for awaited, member in pairs if awaited.status is Status.FAILED)


def settle(world: World, now: int) -> None:
    """Let the jobs that waited for those that ended go on, or fail; a chain of any length, without recursion."""
    while world.ended:
        job = world.ended.popleft()
        for dependent in _dependents(job):
            if job.status is Status.FAILED:
                fail_dependent(world, dependent, now)
            else:
                _met(world, dependent, now)


def _dependents(job: Job) -> Iterator[Job]:
    """Everybody who waits for this very job, child or array."""
    yield from job.dependents or ()
    family = job.parent.family if job.parent is not None else None
    if family is None:
        return
    for array in family.index_dependents:
        if array.family is not None and job.index < len(array.family.members):
            yield array.family.members[job.index]
    if family.sequential and job.index + 1 < len(family.members):
        yield family.members[job.index + 1]


def fail_dependent(world: World, job: Job, now: int) -> None:
    """A job whose dependency failed ends without an attempt; an array with all its children."""
    if job.final:
        return
    reason = job.stop_reason or DEPENDENCY_FAILED
    if job.family is None or job.spec.nodes:
        finish(world, job, Status.FAILED, reason, now)
        return
    job.stop_reason = reason
    for member in _waiting(job.family):
        finish(world, member, Status.FAILED, reason, now)


def _met(world: World, job: Job, now: int) -> None:
    job.unmet -= 1
    if job.unmet == 0 and not job.final and (job.parent is None or job.parent.unmet == 0):
        release(world, job, now)


def release(world: World, job: Job, now: int) -> None:
    """A job waits for no other any more. One that was canceled meanwhile ends now (API reference, CancelJob)."""
    if job.canceled and job.status is Status.PENDING:
        fail_dependent(world, job, now)
    elif job.family is None or job.spec.nodes:
        if job.status in (Status.SUBMITTED, Status.PENDING):
            make_runnable(world, job, now)
    else:
        _release_children(world, job, job.family, now)


def _release_children(world: World, job: Job, family: Family, now: int) -> None:
    for member in family.members:
        if member.unmet == 0 and member.status in (Status.SUBMITTED, Status.PENDING):
            make_runnable(world, member, now)
    if job.status is Status.SUBMITTED:
        move(world, job, Status.PENDING, now)


def _waiting(family: Family) -> list[Job]:
    """Members that wait for dependencies; the others have a life of their own already."""
    return [member for member in family.members if member.status in (Status.SUBMITTED, Status.PENDING)]
