"""Where portions will run: compute environments as Batch describes them, capped at a maximum of vCPUs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backroom_local.batch import compiling
from backroom_local.batch.core.model import (
    CPU_UNITS,
    Delays,
    EnvironmentSpec,
    FaultRates,
    Need,
    RetryPolicy,
)

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Container:
    """What a job's container takes, and how often it is attempted; of several nodes each takes as much."""

    need: Need
    retry: RetryPolicy = RetryPolicy()  # noqa: RUF009 - frozen
    timeout_ms: int | None = None
    nodes: int = 1


@dataclass(frozen=True, slots=True)
class Fleet:
    """Compute environments in the order in which their queue tries them, and how quick and how safe they are.

    `start_seconds`: from a container's placement until it runs (image, ECS). `reclaims_an_hour`: of a spot instance.
    """

    environments: tuple[EnvironmentSpec, ...]
    boot_seconds: float = 0.0
    start_seconds: float = 0.0
    idle_seconds: float = 60.0
    reclaims_an_hour: float = 0.0

    def capped(self, max_vcpus: int) -> "Fleet":
        """Give the fleet with `max_vcpus` as the maximum of each environment, like the template's MaxVcpus.

        What `minvCpus` keeps running costs the same whether this job runs or not: a forecast starts from nothing.
        """
        capped = tuple(replace(one, max_cpu=max_vcpus * CPU_UNITS, min_cpu=0) for one in self.environments)
        return replace(self, environments=capped)

    @property
    def delays(self) -> Delays:
        """The delays as the simulator wants them; a reclaim's notice is two minutes."""
        return Delays(
            scale_up=round(self.boot_seconds * 1000),
            scale_down=round(self.idle_seconds * 1000),
            spot_notice=120_000,
        )

    @property
    def rates(self) -> FaultRates:
        """The random faults."""
        return FaultRates(spot_reclaims_an_hour=self.reclaims_an_hour)


def environments(documents: list[Document], order: list[str]) -> tuple[EnvironmentSpec, ...]:
    """Compile what DescribeComputeEnvironments says of those in `order` (names or ARNs).

    Raises UnknownInstanceTypeError.
    """
    known = {one[key]: one for one in documents for key in ("computeEnvironmentName", "computeEnvironmentArn")}
    return tuple(compiling.environment(known[name], None) for name in order)


def container(definition: Document) -> Container:
    """Compile what DescribeJobDefinitions says of a job definition."""
    wanted = {one["type"]: float(one["value"]) for one in _properties(definition).get("resourceRequirements", ())}
    seconds = definition.get("timeout", {}).get("attemptDurationSeconds")
    return Container(
        Need(round(wanted["VCPU"] * CPU_UNITS), int(wanted["MEMORY"])),
        compiling.retry(definition.get("retryStrategy", {})),
        None if seconds is None else seconds * 1000,
        definition.get("nodeProperties", {}).get("numNodes", 1),
    )


def _properties(definition: Document) -> Document:
    """Find the container's properties in any of the forms of a definition; all nodes of a job are taken to be alike."""
    if "nodeProperties" in definition:
        every: Document = definition["nodeProperties"]["nodeRangeProperties"][0]["container"]
        return every
    if "containerProperties" in definition:
        properties: Document = definition["containerProperties"]
        return properties
    task = definition["ecsProperties"]["taskProperties"][0]
    first: Document = task["containers"][0]
    return first
