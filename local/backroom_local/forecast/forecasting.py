"""The forecast itself: the same portions, with the same durations, at several maximums of vCPUs."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backroom.costs import Prices

from backroom_local.batch.core.model import CPU_UNITS
from backroom_local.forecast.durations import Durations
from backroom_local.forecast.fleet import Container, Fleet
from backroom_local.forecast.outcome import Forecast, Outcome, TenantFinish, Waits
from backroom_local.forecast.prices import lifetime_cost
from backroom_local.forecast.simulation import Ran, Simulated, Work, simulate


@dataclass(frozen=True, slots=True)
class Portion:
    """A portion as it is planned: whose it is, and its weight in seconds."""

    tenant: str
    weight: float


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that is the same at every maximum. `portions` are in the order in which they shall run."""

    portions: Sequence[Portion]
    container: Container
    fleet: Fleet
    prices: Prices
    durations: Durations
    seed: int = 0


def forecast(scene: Scene, maximums: Iterable[int]) -> Forecast:
    """Simulate the scene with each maximum of vCPUs (of every environment). Durations are drawn once, so that the
    outcomes differ by the maximum alone.

    Raises NeverRunsError, PriceTableError, ValueError when there is no portion.
    """
    if not scene.portions:
        raise ValueError("there is no portion to run")
    chance = random.Random(scene.seed)  # noqa: S311 - durations, not secrets
    work = [Work(one.tenant, scene.durations.draw(one.weight, chance)) for one in scene.portions]
    outcomes = tuple(_outcome(scene, work, most) for most in sorted(set(maximums)))
    return Forecast(len(work), scene.seed, scene.durations.source, outcomes)


def _outcome(scene: Scene, work: Sequence[Work], max_vcpus: int) -> Outcome:
    simulated = simulate(work, scene.container, scene.fleet.capped(max_vcpus), scene.seed)
    ran, lifetimes, costs = simulated.ran, simulated.lifetimes, _costs(simulated, scene.prices)
    vcpus = scene.container.nodes * scene.container.need.cpu / CPU_UNITS
    return Outcome(
        max_vcpus=max_vcpus,
        makespan=max(one.finished for one in ran),
        waits=_waits([one.waited for one in ran]),
        cost=sum(costs.values()),
        cost_by_capacity=costs,
        peak_vcpus=lifetimes.peak_cpu / CPU_UNITS,
        used_vcpu_hours=vcpus * sum(one.used for one in ran) / 3600,
        paid_vcpu_hours=sum(one.seconds * one.type.cpu for one in lifetimes.ended) / CPU_UNITS / 3600,
        attempts=sum(len(one.attempts) for one in ran),
        failed=sum(not one.succeeded for one in ran),
        tenants=_tenants(ran),
    )


def _costs(simulated: Simulated, prices: Prices) -> dict[str, float]:
    costs: dict[str, float] = {}
    for lifetime in simulated.lifetimes.ended:
        kind = lifetime.capacity.value
        costs[kind] = costs.get(kind, 0.0) + lifetime_cost(prices, lifetime)
    return costs


def _waits(seconds: list[float]) -> Waits:
    ordered = sorted(seconds)
    last = len(ordered) - 1
    return Waits(sum(ordered) / len(ordered), ordered[last // 2], ordered[round(last * 0.95)], ordered[-1])


def _tenants(ran: Sequence[Ran]) -> tuple[TenantFinish, ...]:
    """Give the tenants' ends, the earliest first."""
    counts = Counter(one.tenant for one in ran)
    ends: dict[str, float] = {}
    for one in ran:
        ends[one.tenant] = max(one.finished, ends.get(one.tenant, 0.0))
    finishes = (TenantFinish(tenant, counts[tenant], end) for tenant, end in ends.items())
    return tuple(sorted(finishes, key=lambda one: (one.seconds, one.tenant)))
