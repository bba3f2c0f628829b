"""CancelJob and TerminateJob, and what faults do to single jobs."""

from backroom_local.batch.core import losses, multinode
from backroom_local.batch.core.dependencies import fail_dependent
from backroom_local.batch.core.records import Job, Verdict
from backroom_local.batch.core.transitions import finish
from backroom_local.batch.core.words import PLACED, FaultKind, Status
from backroom_local.batch.core.world import World


def cancel(world: World, job: Job, reason: str, now: int) -> None:
    """Cancel what has not been placed; what has is left alone, without an error (API reference, CancelJob).

    A PENDING job is canceled when the jobs it depends on are done; an array cancels its children.
    """
    job = _whole(job)
    if job.final or job.canceled or job.status in PLACED:
        return
    job.canceled = True
    job.stop_reason = reason
    if job.family is not None and not job.spec.nodes and job.unmet == 0:
        for member in job.family.members:
            cancel(world, member, reason, now)
    elif job.status in (Status.RUNNABLE, Status.SUBMITTED):
        fail_dependent(world, job, now)


def terminate(world: World, job: Job, reason: str, now: int) -> None:
    """Stop what is placed with SIGTERM and a grace; what has not been placed fails at once (API reference,
    TerminateJob)."""
    job = _whole(job)
    if job.final:
        return
    job.terminated = True
    job.stop_reason = reason
    if job.family is not None and not job.spec.nodes:
        for member in job.family.members:
            terminate(world, member, reason, now)
    elif job.status not in PLACED:
        finish(world, job, Status.FAILED, reason, now)
    elif job.family is not None:
        multinode.stop_all(world, job, Verdict(reason, retryable=False))
    else:
        losses.stop(world, job, Verdict(reason, retryable=False), job.spec.grace_ms)


def _whole(job: Job) -> Job:
    """A multi-node job is stopped as a whole, whichever of its nodes is named."""
    return job.root if job.spec.nodes else job


def inflict(world: World, job: Job, kind: FaultKind, detail: str, now: int) -> None:
    """Let something go wrong with a job: with its host or container if it is placed, else with its next attempt.

    Of a multi-node job it is the main node that is meant. Image pull and out of memory wait for the next attempt; the
    loss of a host needs a host, so a job without one is not touched.
    """
    if job.spec.nodes and job.parent is None:
        job = multinode.main_node(job)
    if kind in (FaultKind.SPOT_RECLAIM, FaultKind.HOST_FAILURE):
        if job.instance is not None:
            lose = losses.reclaim if kind is FaultKind.SPOT_RECLAIM else losses.fail_host
            lose(world, job.instance, now)
    else:
        job.fault, job.fault_detail = kind, detail
        if kind is FaultKind.OUT_OF_MEMORY and job.status is Status.RUNNING:
            losses.run_out_of_memory(world, job)
