"""Why a Batch job waits: what it needs against what its queue leads to. Pure."""

from collections.abc import Iterator

from backroom.phrases import counted

from backroom_console.phrases import first
from backroom_console.reasons.finding import Finding, Reason
from backroom_console.reasons.queues import Environment, Queue, Resource, WaitingJob

_SHOWN = 5
MISCONFIGURED = "MISCONFIGURATION"
NO_CAPACITY = "CAPACITY:"


def explain_waiting(whole: str, job: WaitingJob, queue: Queue, command: str) -> Finding:
    """Say why `job` waits in `queue`; `whole` names what waits with it; the first reason that is certain holds."""
    evidence = tuple(_evidence(job, queue))
    for look in (_unusable, _too_big, _out_of, _exhausted):
        if found := look(whole, job, queue):
            reason, sentence = found
            return Finding(reason, sentence, evidence, command)
    return Finding(Reason.WAITING_FOR_CAPACITY, _for_capacity(whole, queue), evidence, command)


def explain_queue(queue: Queue, head: WaitingJob | None, running: int) -> Finding:
    """Say why a queue stands as it does: by what is at its front."""
    if head is not None:
        return explain_waiting(f"The front of queue {queue.name} ({head.name})", head, queue, "backroom doctor")
    environments = tuple(map(str, queue.environments))
    if not queue.is_usable:
        sentence = f"Queue {queue.name} takes no work: {_ill(queue)}."
        return Finding(Reason.MISCONFIGURED, sentence, environments, "backroom doctor")
    if running:
        sentence = f"Nothing waits in queue {queue.name}; {counted(running, 'Batch job')} of it run."
        return Finding(Reason.WORKING, sentence, environments)
    return Finding(Reason.IDLE, f"Queue {queue.name} is empty: nothing waits and nothing runs.", environments)


def _unusable(whole: str, _job: WaitingJob, queue: Queue) -> tuple[Reason, str] | None:
    if queue.is_usable:
        return None
    return Reason.MISCONFIGURED, f"{whole} cannot run: queue {queue.name} takes no work: {_ill(queue)}."


def _too_big(whole: str, job: WaitingJob, queue: Queue) -> tuple[Reason, str] | None:
    lacking = [lack for one in queue.environments if (lack := one.lacks(job.vcpus, job.memory))]
    if queue.environments and len(lacking) == len(queue.environments):
        return Reason.MISCONFIGURED, f"{whole} can never run in queue {queue.name}: {lacking[0]}."
    if job.status_reason.startswith(MISCONFIGURED):
        return Reason.MISCONFIGURED, f"{whole} can never run in queue {queue.name}: {job.status_reason}"
    return None


def _out_of(whole: str, job: WaitingJob, _queue: Queue) -> tuple[Reason, str] | None:
    short = next((one for one in job.resources if one.available < one.needed), None)
    if short is None:
        return None
    left = f"it needs {short.needed}, and {short.available} of {short.total} are left"
    sentence = f"{whole} waits for {short.name}: {left}{_held(short)}."
    return Reason.WAITING_FOR_RESOURCE, sentence


def _exhausted(whole: str, job: WaitingJob, _queue: Queue) -> tuple[Reason, str] | None:
    if not job.status_reason.startswith(NO_CAPACITY):
        return None
    return Reason.WAITING_FOR_CAPACITY, f"{whole} waits for instances that AWS has none of now: {job.status_reason}"


def _for_capacity(whole: str, queue: Queue) -> str:
    usable = [one for one in queue.environments if one.is_usable]
    if usable and all(one.is_full for one in usable):
        vcpus = max(one.most for one in usable)
        return f"{whole} waits for capacity: all {vcpus} vCPUs that queue {queue.name} may have (MaxVcpus) are in use."
    return f"{whole} waits for capacity in queue {queue.name}, which may still grow: instances take minutes to start."


def _evidence(job: WaitingJob, queue: Queue) -> Iterator[str]:
    yield f"{job.name} needs {job.vcpus:g} vCPUs and {job.memory:,} MiB"
    if job.status_reason:
        yield f"Batch says of it: {job.status_reason}"
    place = queue.position(job.id)
    if place is not None:
        yield f"it is number {place} of {len(queue.front)} at the front of queue {queue.name}"
    elif queue.front:
        yield f"it is not among the first {len(queue.front)} of queue {queue.name}"
    yield from map(str, queue.environments)
    yield from map(_resource, job.resources)


def _resource(resource: Resource) -> str:
    left = f"{resource.available} of {resource.total} left"
    return f"{resource.name}: needs {resource.needed}, {left}{_held(resource)}"


def _held(resource: Resource) -> str:
    return f", held by {first(resource.holders, _SHOWN)}" if resource.holders else ""


def _ill(queue: Queue) -> str:
    if not queue.is_well:
        return f"it is {queue.state} and {queue.status}: {queue.status_reason}"
    return "; ".join(map(_state, queue.environments)) or "it has no environment"


def _state(environment: Environment) -> str:
    return f"{environment.name} is {environment.state} and {environment.status} ({environment.status_reason})"
