"""What the planner decided for every tenant: plan.json (docs/architecture.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from backroom.costs import Room
from backroom.manifest.index import Group
from backroom.phrases import counted
from backroom.planning.stages import Stage
from backroom.tenants import NO_LIMITS, TenantLimits
from backroom.words import Capacity, Compute


@dataclass(frozen=True, slots=True)
class TenantPlan:
    """One tenant's part of a plan; `skipped` is the reason why there is none, or why it ended early."""

    tenant: str
    portions: int = 0
    items: int = 0
    unchanged: int = 0
    failed_before: int = 0
    skipped: str | None = None
    limits: TenantLimits = NO_LIMITS
    """What the tenant had otherwise than the job's row when the run was planned."""


@dataclass(frozen=True, slots=True)
class StagePlan(Stage):
    """A stage of the job, the ARN of its definition that the whole run holds on to, and the room that this gives."""

    definition: str = ""
    memory: int | None = None
    """MiB."""
    vcpus: float | None = None
    nodes: int = 1
    """How many the Batch job of a portion has; memory and vCPUs are those of each."""

    compute: Compute = Compute.EC2

    def queue(self, planned: Capacity) -> Capacity:
        """Give where its Batch jobs go that were planned for `planned`; those of several nodes have their own queue."""
        return planned if self.nodes == 1 else Capacity.MULTI_NODE

    def room(self, memory: int | None = None) -> Room | None:
        """What a Batch job reserves, with `memory` (MiB) in place of the definition's; None if that does not say."""
        wanted = memory or self.memory
        return None if self.vcpus is None or wanted is None else Room(self.vcpus, wanted, self.nodes, self.compute)


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """A group of the index: its entries follow those of the groups before it."""

    group: Group
    portions: int


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """A wave's plan without its portions. `definition` is the first stage's: its parameters are the job's row."""

    job: str
    run: str
    wave: int
    definition: str
    tenants: tuple[TenantPlan, ...]
    stages: tuple[StagePlan, ...] = ()
    groups: tuple[GroupPlan, ...] = ()
    next: int = 0
    """The first number that no portion of the run has."""
    cost: float = 0.0
    """USD that its portions are likely to cost (backroom/prices.json)."""
    resumes: str | None = None
    """The run whose unfinished portions this one does."""
    backoff: int = 0
    """Seconds that the machine is to wait before this wave."""
    stopped: str = ""
    """Why it has no portions although some are left."""

    @property
    def compute(self) -> Compute:
        """Where its containers run; all stages of a job run there."""
        return self.stages[0].compute if self.stages else Compute.EC2

    @property
    def portions(self) -> int:
        """How many portions there are."""
        return sum(tenant.portions for tenant in self.tenants)

    @property
    def items(self) -> int:
        """How many items they hold."""
        return sum(tenant.items for tenant in self.tenants)

    @property
    def skipped(self) -> tuple[TenantPlan, ...]:
        """The tenants that are left out, wholly or from where their items could not be read on."""
        return tuple(tenant for tenant in self.tenants if tenant.skipped)

    @property
    def message(self) -> str:
        """The plan in a line that a person reads."""
        unchanged = sum(tenant.unchanged for tenant in self.tenants)
        failed = sum(tenant.failed_before for tenant in self.tenants)
        passed = f"{counted(unchanged, 'item')} unchanged, {failed:,} failed before"
        left_out = f"; {len(self.skipped):,} of {counted(len(self.tenants), 'tenant')} left out" if self.skipped else ""
        if self.stopped:
            return self.stopped
        if not self.portions:
            return f"nothing to do: {passed}{left_out}"
        busy = sum(1 for tenant in self.tenants if tenant.portions)
        work = f"{counted(self.items, 'item')} of {counted(busy, 'tenant')} in {counted(self.portions, 'portion')}"
        return f"{work}; {passed}{left_out}"

    def without_portions(self, stopped: str) -> "PlanSummary":
        """Give the plan of a wave that is not to be."""
        tenants = tuple(replace(tenant, portions=0, items=0) for tenant in self.tenants)
        return replace(self, tenants=tenants, groups=(), cost=0.0, backoff=0, stopped=stopped)

    def as_json(self) -> dict[str, Any]:
        """Give plan.json's content."""
        plain: dict[str, Any] = _SUMMARY.dump_python(self, mode="json")
        return plain | {"portions": self.portions, "items": self.items}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "PlanSummary":
        """Read plan.json's content."""
        return _SUMMARY.validate_python(stored)


_SUMMARY = TypeAdapter(PlanSummary)
