"""Multi-node parallel jobs: all nodes are placed at once, one on an instance alone, and live and end with the main
node.

User guide, "Multi-node parallel jobs": the main node is started first, the others when it runs; when it ends, the
others are stopped and its exit is the job's; a job is retried as a whole; neither spot nor Fargate takes one.
"""

from functools import partial

from backroom_local.batch.core import attempts, gangs, hosts, losses
from backroom_local.batch.core.records import Environment, Family, Instance, Job, Verdict
from backroom_local.batch.core.transitions import move
from backroom_local.batch.core.words import EXITED, PLACED, TIMED_OUT, FaultKind, HostState, Status
from backroom_local.batch.core.world import World


def nodes(job: Job) -> Family:
    """The nodes of a multi-node job."""
    if job.family is None:
        raise ValueError(f"{job.id} is no multi-node job")
    return job.family


def is_node(job: Job) -> bool:
    """Whether this is a node of a multi-node job, rather than the job itself."""
    return job.parent is not None and bool(job.parent.spec.nodes)


def main_node(job: Job) -> Job:
    """The node that a multi-node job begins and ends with."""
    return nodes(job).members[job.spec.main_node]


def place(world: World, job: Job, environments: list[Environment], now: int) -> bool:
    """Place every node on an empty instance of one environment; False when that is not possible yet."""
    for environment in filter(gangs.takes_gangs, environments):
        chosen = gangs.room(world, environment, job.spec.nodes, now)
        if chosen is not None:
            _begin(world, job, chosen, now)
            return True
    return False


def _begin(world: World, job: Job, chosen: list[Instance], now: int) -> None:
    """Every node has its host for itself; the main node begins."""
    job.attempt += 1
    job.verdict = None
    job.environment = chosen[0].environment.spec.name
    move(world, job, Status.STARTING, now)
    for member, host in zip(nodes(job).members, chosen, strict=True):
        hosts.take(host, member, member.need)
        world.queue_of(job).line.took(job, member.need.cpu, now)
        host.state = HostState.DRAINING
        member.environment = job.environment
    attempts.begin(world, main_node(job), now, ended)


def started(world: World, node: Job, attempt: int, now: int) -> None:
    """A node runs. With the main one the job does, and the others are started."""
    job = node.root
    if node.attempt != attempt or node.status is not Status.STARTING:
        return
    node.started = node.attempt_started = now
    move(world, node, Status.RUNNING, now)
    if node is main_node(job):
        _run(world, job, now)
    if node.fault is FaultKind.OUT_OF_MEMORY:
        losses.run_out_of_memory(world, node)


def _run(world: World, job: Job, now: int) -> None:
    """The main node runs: so does the job, and the other nodes begin."""
    job.started = job.attempt_started = now
    move(world, job, Status.RUNNING, now)
    for member in nodes(job).members:
        if member.index != job.spec.main_node and job.verdict is None:
            _begin_beside(world, member, now)
    if job.spec.timeout_ms is not None:
        world.timers.set(now + job.spec.timeout_ms, partial(_time_out, world, job, job.attempt))


def _begin_beside(world: World, node: Job, now: int) -> None:
    """Another node begins; on a host that was lost meanwhile its container does not live."""
    host = node.instance
    attempts.begin(world, node, now, ended)
    if host is not None and host.state is HostState.LOST:
        losses.stop(world, node, Verdict(losses.host_reason(host), masks_exit=True), 0)


def _time_out(world: World, job: Job, attempt: int, now: int) -> None:  # noqa: ARG001 - a timer's signature
    if job.attempt == attempt and job.status is Status.RUNNING and job.verdict is None:
        stop_all(world, job, Verdict(TIMED_OUT, retryable=False))


def stop_all(world: World, job: Job, verdict: Verdict) -> None:
    """Stop every node of a job."""
    job.verdict = job.verdict or verdict
    for member in nodes(job).members:
        if member.status in PLACED and member.verdict is None:
            losses.stop(world, member, verdict, job.spec.grace_ms)


def ended(world: World, node: Job, attempt: int, exit_code: int | None, reason: str | None, now: int) -> None:
    """A node is gone. With the main one the others are stopped; with the last one the job's attempt is over."""
    job = node.root
    if node.attempt != attempt or node.status not in PLACED:
        return
    verdict = node.verdict or Verdict(EXITED)
    _close(world, node, exit_code, reason, now)
    if node is main_node(job):
        stop_all(world, job, verdict)
    if not any(member.status in PLACED for member in nodes(job).members):
        _conclude(world, job, now)


def _close(world: World, node: Job, exit_code: int | None, reason: str | None, now: int) -> None:
    host = node.instance
    record = attempts.close(world, node, exit_code, reason, now)
    if host is not None and host.state is HostState.DRAINING:
        host.state = HostState.READY
    status = Status.SUCCEEDED if record.exit_code == 0 else Status.FAILED
    node.reason, node.stopped = record.status_reason, now
    node.verdict = node.fault = None
    move(world, node, status, now)


def _conclude(world: World, job: Job, now: int) -> None:
    """The job's attempt ends as its main node's did."""
    _free_unused(world, job, now)
    last = main_node(job).attempts[-1]
    job.attempts.append(last)
    attempts.conclude(world, job, last, now)


def _free_unused(world: World, job: Job, now: int) -> None:
    """Hosts of nodes that were never started, because the main node failed first."""
    for member in nodes(job).members:
        if member.instance is None:
            continue
        host = member.instance
        world.queue_of(job).line.gave(job, member.need.cpu, now)
        hosts.give_back(world, member, member.need, now)
        if host.state is HostState.DRAINING:
            host.state = HostState.READY
        member.reason = main_node(job).reason
        move(world, member, Status.FAILED, now)
