"""How hosts are lost and containers killed: spot reclaim, host failure, out of memory."""

from functools import partial

from backroom_local.batch.core import hosts
from backroom_local.batch.core.effects import Stop
from backroom_local.batch.core.model import STOP_GRACE_MS
from backroom_local.batch.core.records import Instance, Job, Verdict
from backroom_local.batch.core.words import (
    EXITED,
    FARGATE_SPOT_INTERRUPTED,
    HOST_TERMINATED,
    OUT_OF_MEMORY,
    PLACED,
    HostState,
    Status,
)
from backroom_local.batch.core.world import World

KILLED = 137
"""128 + SIGKILL, as Docker reports it."""


def stop(world: World, job: Job, verdict: Verdict, grace_ms: int) -> None:
    """Stop a placed job's container. The first verdict stands; a later, stricter signal is sent all the same.

    A node whose host is taken but which has not begun has no container yet: it is stopped when it begins.
    """
    if job.status not in PLACED:
        return
    if job.verdict is None:
        job.verdict = verdict
    world.outbox.append(Stop(job, job.attempt, grace_ms))


def reclaim(world: World, instance: Instance, now: int) -> None:
    """EC2 takes a spot instance back: nothing is placed there any more; after the notice its containers get SIGTERM."""
    if instance.state in (HostState.DRAINING, HostState.LOST):
        return
    hosts.drain(instance)
    world.timers.set(now + world.delays.spot_notice, partial(_take_back, world, instance))


def _take_back(world: World, instance: Instance, now: int) -> None:  # noqa: ARG001 - a timer's signature
    if instance.state is HostState.LOST:
        return
    _lose(world, instance)
    for job in list(instance.jobs):
        grace = min(STOP_GRACE_MS, job.spec.grace_ms)
        stop(world, job, Verdict(host_reason(instance)), grace)


def fail_host(world: World, instance: Instance, now: int) -> None:  # noqa: ARG001 - a timer's signature
    """A host is gone from one moment to the next, and the exit codes of its containers with it."""
    if instance.state is HostState.LOST:
        return
    _lose(world, instance)
    for job in list(instance.jobs):
        stop(world, job, Verdict(host_reason(instance), masks_exit=True), 0)


def _lose(world: World, instance: Instance) -> None:
    hosts.remove(instance)
    world.dirty = True


def host_reason(instance: Instance) -> str:
    """What Batch writes as statusReason when it has lost the host."""
    if instance.environment.spec.capacity.fargate:
        return FARGATE_SPOT_INTERRUPTED
    return HOST_TERMINATED.format(instance=instance.id)


def run_out_of_memory(world: World, job: Job) -> None:
    """The kernel kills a running container at its memory limit; of one that starts, as soon as it runs."""
    if job.status is Status.RUNNING:
        stop(world, job, Verdict(EXITED, exit_code=KILLED, reason=OUT_OF_MEMORY), 0)
