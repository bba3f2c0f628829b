"""How a job changes its state: the only place where `status` is set, so that every change is counted and told."""

from backroom_local.batch.core.effects import Changed
from backroom_local.batch.core.records import Job
from backroom_local.batch.core.words import CHILD_FAILED, FINAL, Status
from backroom_local.batch.core.world import World


def move(world: World, job: Job, status: Status, now: int) -> None:
    """Put a job into a state, count it in its family, and tell."""
    parent = job.parent
    if parent is not None and parent.family is not None:
        counts = parent.family.counts
        counts[job.status] -= 1
        counts[status] += 1
    job.status = status
    world.outbox.append(Changed(job, status, now))


def make_runnable(world: World, job: Job, now: int, *, front: bool = False) -> None:
    """A job waits for nothing but a place; `front` for a retry."""
    job.reason = None
    move(world, job, Status.RUNNABLE, now)
    _move_nodes(world, job, Status.RUNNABLE, now)
    world.queue_of(job).line.add(job, front=front)
    world.dirty = True


def finish(world: World, job: Job, status: Status, reason: str | None, now: int) -> None:
    """A job ends for good: SUCCEEDED or FAILED. Its dependents are looked at later, its array when its last child
    ends."""
    if job.status is Status.RUNNABLE and (job.parent is None or not job.parent.spec.nodes):
        world.queue_of(job).line.discard(job)
        world.dirty = True
    job.reason = reason
    job.stopped = now
    job.verdict = None
    move(world, job, status, now)
    _move_nodes(world, job, status, now)
    world.ended.append(job)
    if job.parent is not None:
        _leave_family(world, job.parent, now)


def _move_nodes(world: World, job: Job, status: Status, now: int) -> None:
    """The nodes of a multi-node job wait and end with it; what ended by itself stays as it ended."""
    if job.spec.nodes and job.parent is None and job.family is not None:
        for node in job.family.members:
            if not (status in FINAL and node.final):
                node.reason = job.reason
                move(world, node, status, now)


def _leave_family(world: World, parent: Job, now: int) -> None:
    """An array ends with its last child: FAILED when any child failed (user guide, "Array jobs")."""
    family = parent.family
    if family is None:
        return
    family.open -= 1
    if family.open or parent.spec.nodes:
        return
    failed = bool(family.counts[Status.FAILED])
    reason = (parent.stop_reason or CHILD_FAILED) if failed else None
    finish(world, parent, Status.FAILED if failed else Status.SUCCEEDED, reason, now)
