"""The instances of one compute environment: which has room, which is given back."""

from backroom_local.batch.core.model import InstanceType, Need
from backroom_local.batch.core.records import Environment, Instance, Job
from backroom_local.batch.core.words import HostState
from backroom_local.batch.core.world import World


def find(environment: Environment, need: Need) -> Instance | None:
    """A ready instance with room, the first that was launched.

    A search that found nothing is remembered: until something is freed, nothing that needs as much is looked for
    again. So placing a long line of equal containers costs the same for each, however many instances there are.
    """
    known = environment.unfit
    narrow = known is not None and need.cpu >= known.cpu and need.memory >= known.memory
    for instance in environment.freed if narrow else environment.instances.values():
        if instance.cpu >= need.cpu and instance.memory >= need.memory and instance.state is HostState.READY:
            return instance
    environment.unfit = need
    environment.freed.clear()
    return None


def add(world: World, environment: Environment, kind: InstanceType, now: int) -> Instance:
    """Launch an instance; it boots."""
    world.launched += 1
    instance = Instance(f"i-{world.launched:017x}", kind, environment, kind.cpu, kind.memory, idle_since=now)
    environment.instances[instance.id] = instance
    environment.cpu += kind.cpu
    environment.booting += 1
    return instance


def make_ready(world: World, instance: Instance, now: int) -> None:
    """An instance has booted and takes containers."""
    if instance.state is not HostState.BOOTING:
        return
    instance.state = HostState.READY
    instance.idle_since = now
    instance.environment.booting -= 1
    _free(world, instance)
    watch_idle(world, instance.environment, now)


def take(instance: Instance, job: Job, need: Need) -> None:
    """Give a job its room on an instance."""
    if not instance.jobs:
        instance.environment.busy += 1
    instance.cpu -= need.cpu
    instance.memory -= need.memory
    instance.jobs[job] = None
    job.instance = instance


def give_back(world: World, job: Job, need: Need, now: int) -> None:
    """A job's container is gone from its instance. What Fargate made for it is gone too."""
    instance = job.instance
    if instance is None:
        return
    job.instance = None
    instance.jobs.pop(job, None)
    instance.cpu += need.cpu
    instance.memory += need.memory
    _free(world, instance)
    if instance.state is HostState.LOST:
        return
    environment = instance.environment
    if not instance.jobs:
        environment.busy -= 1
        instance.idle_since = now
        _after_last(world, instance, now)


def _free(world: World, instance: Instance) -> None:
    """There may be room on an instance that there was not."""
    world.dirty = True
    if instance.environment.unfit is not None and instance.state is not HostState.LOST:
        instance.environment.freed.append(instance)


def _after_last(world: World, instance: Instance, now: int) -> None:
    if instance.environment.spec.capacity.fargate:
        remove(instance)
    else:
        watch_idle(world, instance.environment, now)


def drain(instance: Instance) -> None:
    """No further container is placed on an instance."""
    if instance.state is HostState.BOOTING:
        instance.environment.booting -= 1
    instance.state = HostState.DRAINING


def remove(instance: Instance) -> None:
    """An instance is no more; its environment has that much less."""
    environment = instance.environment
    if instance.state is HostState.LOST:
        return
    drain(instance)
    instance.state = HostState.LOST
    del environment.instances[instance.id]
    environment.cpu -= instance.type.cpu
    if instance.jobs:
        environment.busy -= 1


def idle(environment: Environment) -> list[Instance]:
    """Ready instances without a container."""
    if len(environment.instances) == environment.busy + environment.booting:
        return []
    return [one for one in environment.instances.values() if one.state is HostState.READY and not one.jobs]


def spare(environment: Environment, instances: list[Instance]) -> list[Instance]:
    """Those of the instances that may go, as far as the minimum allows."""
    left, going = environment.cpu, []
    for instance in instances:
        if left - instance.type.cpu >= environment.spec.min_cpu:
            left -= instance.type.cpu
            going.append(instance)
    return going


def retire(instances: list[Instance]) -> None:
    """Give instances back."""
    for instance in instances:
        remove(instance)


def watch_idle(world: World, environment: Environment, since: int) -> None:
    """Look when what is idle since then may go, not before placing has had its turn; one timer an environment."""
    if environment.idle_timer or environment.spec.capacity.fargate:
        return
    environment.idle_timer = True
    world.timers.set(since + max(1, world.delays.scale_down), lambda now: _scale_down(world, environment, now))


def _scale_down(world: World, environment: Environment, now: int) -> None:
    """Give back what has been idle for the whole delay, and look again later if something else is idle.

    While an instance boots there is work that waits, maybe for it and the idle ones together (multi-node jobs): nothing
    goes then.
    """
    environment.idle_timer = False
    if environment.booting:
        return
    before = now - world.delays.scale_down
    waiting = idle(environment)
    retire(spare(environment, [one for one in waiting if one.idle_since <= before]))
    later = [one.idle_since for one in waiting if one.idle_since > before]
    if later:
        watch_idle(world, environment, min(later))
