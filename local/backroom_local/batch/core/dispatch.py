"""Placing what waits: queues by priority, in each the line's head first, on its environments in their order.

A head that cannot be placed lets nothing behind it pass ("if there are insufficient resources available at that time,
the cycle proceeds to the next queue": API reference, JobQueueDetail.priority).
"""

from functools import partial

from backroom_local.batch.core import attempts, gangs, growth, hosts, multinode
from backroom_local.batch.core.effects import Blocked
from backroom_local.batch.core.model import Need
from backroom_local.batch.core.records import Environment, Instance, Job
from backroom_local.batch.core.transitions import finish
from backroom_local.batch.core.words import LIMIT_CANCELED, Blockage, Status
from backroom_local.batch.core.world import Queue, Stuck, World


def dispatch(world: World, now: int) -> None:
    """Place every job that can be placed now."""
    while world.dirty:
        world.dirty = False
        for queue in sorted(world.queues.values(), key=lambda one: -one.spec.priority):
            if queue.line.waiting:
                _serve(world, queue, now)


def _serve(world: World, queue: Queue, now: int) -> None:
    """Place from the head of one line until the head cannot be placed."""
    environments = [world.environments[name] for name in queue.spec.environments]
    environments = [environment for environment in environments if environment.spec.enabled]
    while (job := queue.line.head(now)) is not None:
        if not _place(world, queue, job, environments, now):
            if (job.spec.nodes or job.spec.need) is not queue.sound:
                _look_whether_stuck(world, queue, job, environments, now)
            return
        queue.stuck = None


def _place(world: World, queue: Queue, job: Job, environments: list[Environment], now: int) -> bool:
    """Place one job if policy, consumable resources and room allow; then it has left the line."""
    if queue.spec.fair_share and not queue.line.admits(job, sum(one.spec.max_cpu for one in environments)):
        return False
    if job.spec.claims and not attempts.claim(world, job):
        return False
    if job.spec.nodes:
        if multinode.place(world, job, environments, now):
            queue.line.pop(job)
            return True
    elif (instance := _room(world, environments, job.need, queue.line.waiting, now)) is not None:
        queue.line.pop(job)
        attempts.place(world, job, instance, now)
        return True
    attempts.unclaim(world, job)
    return False


def _room(world: World, environments: list[Environment], need: Need, backlog: int, now: int) -> Instance | None:
    """An instance with room: one that runs, or one that is launched and ready at once."""
    for environment in environments:
        if (instance := hosts.find(environment, need)) is not None:
            return instance
    for environment in environments:
        if (instance := _launch(world, environment, need, backlog, now)) is not None:
            return instance
        backlog -= growth.booting_room(environment, need)
        if backlog <= 0:
            break
    return None


def _launch(world: World, environment: Environment, need: Need, backlog: int, now: int) -> Instance | None:
    """Launch for the whole line. What is idle but too small makes way when the maximum is in the way."""
    if environment.spec.capacity.fargate:
        return growth.fargate_task(world, environment, need, now)
    if not growth.grow(world, environment, need, backlog, now):
        growth.make_way(world, environment, need, backlog, now)
    return hosts.find(environment, need) if environment.freed else None


def _look_whether_stuck(world: World, queue: Queue, job: Job, environments: list[Environment], now: int) -> None:
    """Tell once when the head will never be placed as things are, and begin to count its time limits."""
    blockage = _blockage(job, environments)
    if blockage is None:
        queue.stuck, queue.sound = None, job.spec.nodes or job.spec.need
        return
    reason = blockage.sentence(_asked_for(job, environments))
    if queue.stuck is not None and queue.stuck.job is job and queue.stuck.reason == reason:
        return
    queue.stuck = Stuck(job, reason, now)
    job.reason = reason
    world.outbox.append(Blocked(job, reason, now))
    for limit in queue.spec.limits:
        if reason.startswith(limit.reason):
            world.timers.set(now + limit.max_ms, partial(_give_up, world, queue, queue.stuck, blockage))


def _asked_for(job: Job, environments: list[Environment]) -> str:
    """The instance type that would be launched for a job."""
    kinds = (kind.name for environment in environments for kind in growth.fitting(environment, job.need))
    return next(kinds, growth.FARGATE_TASK)


def _blockage(job: Job, environments: list[Environment]) -> Blockage | None:
    needs = job.spec.nodes or (job.need,)
    if job.spec.nodes:
        environments = [one for one in environments if gangs.takes_gangs(one)]
    return next((found for need in needs if (found := growth.blockage(environments, need)) is not None), None)


def _give_up(world: World, queue: Queue, stuck: Stuck, blockage: Blockage, now: int) -> None:
    """A jobStateTimeLimitAction: the head has been stuck too long (user guide, "Automatic remediation")."""
    if queue.stuck is stuck and stuck.job.status is Status.RUNNABLE:
        stuck.job.canceled = True
        queue.stuck = None
        finish(world, stuck.job, Status.FAILED, LIMIT_CANCELED.format(reason=blockage.value), now)
