"""How far a job goes for each tenant's portions: its row, with what the tenant wants otherwise. Pure."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from backroom.planning.job import JobRow
from backroom.planning.stages import onward
from backroom.planning.summary import PlanSummary
from backroom.tenants import NO_LIMITS
from backroom.treatment import Limits
from backroom.words import Compute

T = TypeVar("T")


def limits_of(row: JobRow, plan: PlanSummary) -> Callable[[str], Limits]:
    """Give a function from a tenant to its limits, as they were when the run was planned."""
    own = {tenant.tenant: tenant.limits for tenant in plan.tenants}
    memory = {stage.name: stage.memory for stage in plan.stages if stage.memory is not None}
    ahead = onward(plan.stages)
    fargate = {stage.name: stage.vcpus or 0 for stage in plan.stages if stage.compute is Compute.FARGATE}

    @cache
    def limits(tenant: str) -> Limits:
        wanted = own.get(tenant, NO_LIMITS)
        return Limits(
            _first(wanted.waves, row.waves),
            _first(wanted.memory_cap, row.memory_cap),
            _first(wanted.bisect, row.bisect),
            memory,
            ahead,
            fargate,
        )

    return limits


def _first(wanted: T | None, usual: T) -> T:
    return usual if wanted is None else wanted
