"""The life of an attempt: placed, started, ended; then success, failure or another attempt."""

from collections.abc import Callable
from functools import partial

from backroom_local.batch.core import hosts, losses, retries
from backroom_local.batch.core.chance import arm_attempt
from backroom_local.batch.core.effects import Start
from backroom_local.batch.core.records import Attempt, Instance, Job, Verdict
from backroom_local.batch.core.transitions import finish, make_runnable, move
from backroom_local.batch.core.words import CANNOT_PULL, EXITED, TASK_NOT_STARTED, TIMED_OUT, FaultKind, Status
from backroom_local.batch.core.world import World

End = Callable[[World, Job, int, int | None, str | None, int], None]

PULL_REFUSED = "pull image manifest has been retried 5 time(s): ordered or random fault of the simulator"


def place(world: World, job: Job, instance: Instance, now: int) -> None:
    """Put a job on an instance: STARTING, and its container is asked for."""
    hosts.take(instance, job, job.need)
    world.queue_of(job).line.took(job, job.need.cpu, now)
    job.environment = instance.environment.spec.name
    begin(world, job, now, ended)


def begin(world: World, job: Job, now: int, end: End) -> None:
    """Begin the next attempt of a job that has its place; `end` is told when its image cannot be had."""
    job.attempt += 1
    job.attempt_started = None
    job.verdict = None
    move(world, job, Status.STARTING, now)
    arm_attempt(world, job)
    if job.fault is FaultKind.IMAGE_PULL:
        detail = CANNOT_PULL.format(detail=job.fault_detail or PULL_REFUSED)
        world.timers.set(now, lambda then: end(world, job, job.attempt, None, detail, then))
    else:
        world.outbox.append(Start(job, job.attempt))


def started(world: World, job: Job, attempt: int, now: int) -> None:
    """Its process runs. From here its timeout counts (API reference, JobTimeout)."""
    if job.attempt != attempt or job.status is not Status.STARTING:
        return
    job.started = job.attempt_started = now
    move(world, job, Status.RUNNING, now)
    if job.spec.timeout_ms is not None:
        world.timers.set(now + job.spec.timeout_ms, partial(_time_out, world, job, attempt))
    if job.fault is FaultKind.OUT_OF_MEMORY:
        losses.run_out_of_memory(world, job)


def _time_out(world: World, job: Job, attempt: int, now: int) -> None:  # noqa: ARG001 - a timer's signature
    if job.attempt == attempt and job.status is Status.RUNNING and job.verdict is None:
        losses.stop(world, job, Verdict(TIMED_OUT, retryable=False), job.spec.grace_ms)


def ended(world: World, job: Job, attempt: int, exit_code: int | None, reason: str | None, now: int) -> None:
    """The container of an attempt is gone. A word about another attempt than the current one is ignored."""
    if job.attempt != attempt or job.status not in (Status.STARTING, Status.RUNNING):
        return
    record = close(world, job, exit_code, reason, now)
    conclude(world, job, record, now)


def close(world: World, job: Job, exit_code: int | None, reason: str | None, now: int) -> Attempt:
    """Write down how an attempt ended and give back its place. What was decided before goes before what the container
    says."""
    instance = job.instance.id if job.instance else ""
    verdict = job.verdict
    if verdict is None:
        never_ran = job.attempt_started is None and exit_code is None
        record = _record(job, now, exit_code, reason, TASK_NOT_STARTED if never_ran else EXITED, instance)
    else:
        code = None if verdict.masks_exit else exit_code if verdict.exit_code is None else verdict.exit_code
        record = _record(job, now, code, verdict.reason or reason, verdict.status_reason, instance)
    job.attempts.append(record)
    world.queue_of(job).line.gave(job, job.need.cpu, now)
    hosts.give_back(world, job, job.need, now)
    return record


def _record(
    job: Job, now: int, exit_code: int | None, reason: str | None, status_reason: str, instance: str
) -> Attempt:
    return Attempt(job.attempt, job.attempt_started, now, exit_code, reason, status_reason, instance)


def conclude(world: World, job: Job, attempt: Attempt, now: int) -> None:
    """SUCCEEDED, FAILED, or RUNNABLE again in front of the line.

    A container that ends with 0 while its spot host is taken back has done its work; one that was told to stop has not.
    """
    release_claims(world, job)
    verdict, job.verdict, job.fault = job.verdict, None, None
    may_retry = verdict is None or verdict.retryable
    if attempt.exit_code == 0 and may_retry:
        finish(world, job, Status.SUCCEEDED, attempt.status_reason, now)
    elif may_retry and not job.terminated and retries.retries(job.spec.retry, attempt):
        make_runnable(world, job, now, front=True)
    else:
        finish(world, job, Status.FAILED, job.stop_reason or attempt.status_reason, now)


def claim(world: World, job: Job) -> bool:
    """Take the consumable resources of a job; False, and nothing taken, when one of them is short."""
    claims = job.spec.claims
    if any(world.consumables[one.resource].available < one.quantity for one in claims):
        return False
    for one in claims:
        world.consumables[one.resource].held += one.quantity
    return True


def unclaim(world: World, job: Job) -> None:
    """Take a claim back that came to nothing."""
    for one in job.spec.claims:
        world.consumables[one.resource].held -= one.quantity


def release_claims(world: World, job: Job) -> None:
    """Give them back; what is not replenishable is spent (API reference, CreateConsumableResource)."""
    for one in job.spec.claims:
        resource = world.consumables[one.resource]
        resource.held -= one.quantity
        if not resource.replenishable:
            resource.spent += one.quantity
        world.dirty = True
