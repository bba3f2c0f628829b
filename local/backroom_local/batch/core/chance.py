"""Faults at random, at the rates that were set, from one seeded source."""

from functools import partial

from backroom_local.batch.core import losses
from backroom_local.batch.core.records import Instance, Job
from backroom_local.batch.core.words import FaultKind
from backroom_local.batch.core.world import World

HOUR_MS = 3_600_000


def arm_instance(world: World, instance: Instance, now: int) -> None:
    """Decide when a new instance will be reclaimed (spot only) or fail, with exponential lifetimes."""
    rates = world.rates
    if instance.environment.spec.capacity.spot and rates.spot_reclaims_an_hour:
        at = now + _lifetime(world, rates.spot_reclaims_an_hour)
        world.timers.set(at, partial(losses.reclaim, world, instance))
    if rates.host_failures_an_hour:
        at = now + _lifetime(world, rates.host_failures_an_hour)
        world.timers.set(at, partial(losses.fail_host, world, instance))


def arm_attempt(world: World, job: Job) -> None:
    """Decide whether this attempt cannot pull its image or runs out of memory, unless a fault was ordered already."""
    rates = world.rates
    if job.fault is not None or not (rates.image_pull_failures or rates.out_of_memory):
        return
    drawn = world.chance.random()
    if drawn < rates.image_pull_failures:
        job.fault = FaultKind.IMAGE_PULL
    elif drawn < rates.image_pull_failures + rates.out_of_memory:
        job.fault = FaultKind.OUT_OF_MEMORY


def _lifetime(world: World, an_hour: float) -> int:
    return max(1, round(world.chance.expovariate(an_hour) * HOUR_MS))
