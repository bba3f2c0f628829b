"""Room for all nodes of a multi-node job at once: one empty instance for each, all in one compute environment.

User guide, "Multi-node parallel jobs": a single container of such a job runs on an instance, alone; neither spot nor
Fargate takes one.
"""

from collections.abc import Iterable

from backroom_local.batch.core import hosts
from backroom_local.batch.core.growth import choose, launch
from backroom_local.batch.core.model import InstanceType, Need
from backroom_local.batch.core.records import Environment, Instance
from backroom_local.batch.core.words import HostState
from backroom_local.batch.core.world import World


def takes_gangs(environment: Environment) -> bool:
    """Whether multi-node jobs may run there."""
    capacity = environment.spec.capacity
    return environment.spec.enabled and not capacity.spot and not capacity.fargate


def room(world: World, environment: Environment, needs: tuple[Need, ...], now: int) -> list[Instance] | None:
    """An empty instance for each need, in their order; None while there is not one for each, after asking for more."""
    chosen, missing = _match(hosts.idle(environment), needs)
    if missing and _ask(world, environment, needs, now):
        chosen, missing = _match(hosts.idle(environment), needs)
    return None if missing else [chosen[index] for index in range(len(needs))]


def _ask(world: World, environment: Environment, needs: tuple[Need, ...], now: int) -> bool:
    """Launch what is missing, all of it or nothing; when that cannot be, what is idle and too small makes way first.

    Returns whether something new is ready already.
    """
    _, missing = _match([*hosts.idle(environment), *_booting(environment)], needs)
    kinds = _plan(environment, missing, 0)
    if kinds is None and not environment.booting:
        going = hosts.spare(environment, hosts.idle(environment))
        kinds = _plan(environment, list(needs), -sum(one.type.cpu for one in going))
        hosts.retire(going if kinds is not None else [])
    launched = [launch(world, environment, kind, now) for kind in kinds or ()]
    return any(one.state is HostState.READY for one in launched)


def _plan(environment: Environment, needs: list[Need], planned: int) -> list[InstanceType] | None:
    """A type for each need within the maximum, or None if there is not room for all of them."""
    kinds: list[InstanceType] = []
    for need in needs:
        kind = choose(environment, need, 1, planned)
        if kind is None:
            return None
        kinds.append(kind)
        planned += kind.cpu
    return kinds


def _booting(environment: Environment) -> list[Instance]:
    return [one for one in environment.instances.values() if one.state is HostState.BOOTING]


def _match(free: Iterable[Instance], needs: tuple[Need, ...]) -> tuple[dict[int, Instance], list[Need]]:
    """Instances by index of need, the neediest first, each the smallest that does; and the needs that found none."""
    left = sorted(free, key=lambda one: (one.type.cpu, one.type.memory))
    chosen: dict[int, Instance] = {}
    missing = []
    for index in sorted(range(len(needs)), key=lambda at: (-needs[at].cpu, -needs[at].memory)):
        need = needs[index]
        host = next((one for one in left if one.type.cpu >= need.cpu and one.type.memory >= need.memory), None)
        if host is None:
            missing.append(need)
        else:
            left.remove(host)
            chosen[index] = host
    return chosen, missing
