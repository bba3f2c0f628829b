"""What Batch says of a queue, of what it leads to, and of what waits in it. Values only."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class InstanceSize:
    """The largest that the instance types of an environment offer a single container: vCPUs, and memory in MiB."""

    vcpus: float
    memory: int


@dataclass(frozen=True, slots=True)
class Environment:
    """A compute environment as DescribeComputeEnvironments gives it."""

    name: str
    state: str
    status: str
    status_reason: str
    most: int
    """Most vCPUs."""
    desired: int | None = None
    """vCPUs that it has or has asked for; None where Batch does not say (Fargate)."""
    largest: InstanceSize | None = None
    """By vCPUs and by memory; None where the types cannot be told."""

    @property
    def is_usable(self) -> bool:
        """Whether it takes containers at all."""
        return _takes_work(self.state, self.status)

    @property
    def is_full(self) -> bool:
        """Whether it has no vCPU more to ask for."""
        return self.desired is not None and self.desired >= self.most

    def lacks(self, vcpus: float, memory: int) -> str:
        """Say what it cannot give a container that needs so much; empty: nothing that is known."""
        if vcpus > self.most:
            return f"{vcpus:g} vCPUs are more than its most, {self.most}"
        if self.largest is not None and vcpus > self.largest.vcpus:
            return f"{vcpus:g} vCPUs are more than any of its instance types has ({self.largest.vcpus:g})"
        if self.largest is not None and memory > self.largest.memory:
            return f"{memory:,} MiB are more than any of its instance types has ({self.largest.memory:,} MiB)"
        return ""

    def __str__(self) -> str:
        wants = "" if self.desired is None else f"{self.desired} of at most "
        most = f"{wants}{self.most} vCPUs"
        well = "" if self.is_usable else f", {self.state} and {self.status}: {self.status_reason}"
        return f"environment {self.name}: {most}{well}"


@dataclass(frozen=True, slots=True)
class Usage:
    """What containers of a queue that start or run have."""

    vcpus: float
    shares: tuple[tuple[str, float], ...] | None = None
    """vCPUs by share identifier, most first, the first 20; None where who came first is served first."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, its environments in their order, and what stands at its front."""

    name: str
    state: str
    status: str
    status_reason: str
    environments: tuple[Environment, ...] = ()
    front: tuple[str, ...] = ()
    """ARNs of the first Batch jobs (at most 100) that wait for capacity."""
    usage: Usage | None = None
    """None where Batch does not say."""

    @property
    def is_usable(self) -> bool:
        """Whether it, and an environment of it, takes containers."""
        return self.is_well and any(environment.is_usable for environment in self.environments)

    @property
    def is_well(self) -> bool:
        """Whether it takes containers as far as it is up to itself."""
        return _takes_work(self.state, self.status)

    def position(self, job: str) -> int | None:
        """Give the place of a Batch job (its id) in the queue, from 1 on; None beyond those that Batch tells of."""
        return next((at for at, arn in enumerate(self.front, 1) if arn.endswith(f"/{job}")), None)


@dataclass(frozen=True, slots=True)
class Resource:
    """A consumable resource that a Batch job needs, and who holds it."""

    name: str
    total: int
    available: int
    needed: int = 1
    holders: tuple[str, ...] = ()
    """Names of the Batch jobs that have some of it."""


@dataclass(frozen=True, slots=True)
class WaitingJob:
    """A Batch job that waits for capacity (RUNNABLE), the first of its kind, and what it needs."""

    id: str
    name: str
    vcpus: float
    memory: int
    """MiB."""
    status_reason: str = ""
    created_at: datetime | None = None
    resources: tuple[Resource, ...] = ()
    queue: str = ""
    """ARN."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How the Batch jobs of a run's latest wave stand, by containers."""

    waiting: int = 0
    running: int = 0
    done: int = 0
    stage: str = ""
    planning: str = ""
    """State of the Batch job that plans a wave; empty where there is none."""


def _takes_work(state: str, status: str) -> bool:
    return state == "ENABLED" and status in ("VALID", "UPDATING")
