"""Scaling out: which instances a compute environment launches for the line in front of a queue, and why it cannot."""

from functools import partial

from backroom_local.batch.core import hosts
from backroom_local.batch.core.chance import arm_instance
from backroom_local.batch.core.model import InstanceType, Need
from backroom_local.batch.core.records import Environment, Instance
from backroom_local.batch.core.words import Blockage, HostState
from backroom_local.batch.core.world import World

FARGATE_TASK = "FARGATE"


def grow(world: World, environment: Environment, need: Need, backlog: int, now: int) -> int:
    """Launch instances until `backlog` containers of this need have room on what boots, or the maximum is reached.

    Returns how many find room there. With no delay the instances are ready at once.
    """
    room = booting_room(environment, need)
    while room < backlog:
        kind = choose(environment, need, backlog - room)
        if kind is None:
            break
        room += slots(launch(world, environment, kind, now), need)
    return room


def booting_room(environment: Environment, need: Need) -> int:
    """How many containers of this need find room on the instances that boot."""
    if not environment.booting:
        return 0
    return sum(slots(one, need) for one in environment.instances.values() if one.state is HostState.BOOTING)


def make_way(world: World, environment: Environment, need: Need, backlog: int, now: int) -> None:
    """Give back what is idle but too small, if that lets something large enough be launched; and launch it."""
    going = hosts.spare(environment, hosts.idle(environment))
    if going and choose(environment, need, backlog, planned=-sum(one.type.cpu for one in going)) is not None:
        hosts.retire(going)
        grow(world, environment, need, backlog, now)


def slots(instance: Instance, need: Need) -> int:
    """How many containers of this need an instance has room for."""
    return min(instance.cpu // max(1, need.cpu), instance.memory // max(1, need.memory))


def launch(world: World, environment: Environment, kind: InstanceType, now: int) -> Instance:
    """Ask EC2 for an instance; it takes containers after the delay."""
    instance = hosts.add(world, environment, kind, now)
    arm_instance(world, instance, now)
    if world.delays.scale_up and not environment.spec.capacity.fargate:
        world.timers.set(now + world.delays.scale_up, partial(hosts.make_ready, world, instance))
    else:
        hosts.make_ready(world, instance, now)
    return instance


def fargate_task(world: World, environment: Environment, need: Need, now: int) -> Instance | None:
    """What Fargate makes for one task, exactly as large; the maximum is a hard one there. No delay is simulated."""
    if environment.exhausted or environment.cpu + need.cpu > environment.spec.max_cpu:
        return None
    return launch(world, environment, InstanceType(FARGATE_TASK, need.cpu, need.memory), now)


def choose(environment: Environment, need: Need, backlog: int, planned: int = 0) -> InstanceType | None:
    """The type to launch next: the largest that the backlog fills and the maximum allows, else the smallest that
    holds one.

    The maximum may be exceeded by one instance where the allocation strategy is not BEST_FIT (API reference,
    ComputeResource). AWS picks by price and capacity; by size is what it amounts to within a family.
    """
    spec = environment.spec
    left = spec.max_cpu - environment.cpu - planned
    if left <= 0 or environment.exhausted or not spec.enabled:
        return None
    kinds = fitting(environment, need)
    within = [kind for kind in kinds if kind.cpu <= left and kind.cpu <= need.cpu * backlog]
    if within:
        return within[-1]
    smallest = kinds[0] if kinds else None
    return smallest if smallest and (smallest.cpu <= left or spec.may_exceed) else None


def fitting(environment: Environment, need: Need) -> list[InstanceType]:
    """The instance types of an environment that hold such a container, smallest first."""
    kinds = environment.kinds.get(need)
    if kinds is None:
        able = (one for one in environment.spec.types if one.cpu >= need.cpu and one.memory >= need.memory)
        kinds = environment.kinds[need] = sorted(able, key=lambda kind: (kind.cpu, kind.memory, kind.name))
    return kinds


def fill_minimum(world: World, environment: Environment, now: int) -> None:
    """Keep minvCpus running, whether there are jobs or not."""
    spec = environment.spec
    if spec.capacity.fargate or not spec.types:
        return
    smallest = fitting(environment, Need(0, 0))[0]
    while spec.enabled and environment.cpu < spec.min_cpu and not environment.exhausted:
        launch(world, environment, smallest, now)


def blockage(environments: list[Environment], need: Need) -> Blockage | None:
    """Why no environment of a queue will ever place this, if that is so (user guide, "Jobs stuck in a RUNNABLE
    status")."""
    usable = [one for one in environments if one.spec.enabled]
    if not usable:
        return Blockage.ACTION_REQUIRED
    roomy = [one for one in usable if need.cpu <= one.spec.max_cpu]
    if not roomy:
        return Blockage.MAX_RESOURCE
    able = [one for one in roomy if one.spec.capacity.fargate or fitting(one, need)]
    if not able:
        return Blockage.REQUIREMENT
    startable = [one for one in able if _startable(one, need)]
    if not startable:
        return Blockage.MAX_RESOURCE
    return Blockage.CAPACITY if all(one.exhausted for one in startable) else None


def _startable(environment: Environment, need: Need) -> bool:
    """Whether an empty environment could launch something for this need within its maximum."""
    spec = environment.spec
    return spec.capacity.fargate or spec.may_exceed or any(k.cpu <= spec.max_cpu for k in fitting(environment, need))
