"""What the scheduler remembers: mutable records of jobs, instances and environments. Only the core changes them."""

from collections import Counter
from dataclasses import dataclass, field

from backroom_local.batch.core.model import EnvironmentSpec, InstanceType, JobSpec, Need
from backroom_local.batch.core.words import FINAL, FaultKind, HostState, Status


@dataclass(frozen=True, slots=True)
class Attempt:
    """One ended attempt; `started` is None when its container never ran."""

    number: int
    started: int | None
    stopped: int
    exit_code: int | None
    reason: str | None
    status_reason: str
    instance: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about a running attempt before its container has ended."""

    status_reason: str
    retryable: bool = True
    exit_code: int | None = None
    reason: str | None = None
    masks_exit: bool = False
    """The exit code of the container is lost with its host."""


@dataclass(slots=True, eq=False)
class Job:
    """A job, a child of an array or a node of a multi-node job."""

    key: str
    """Its own id; empty for children and nodes, whose id is made from their parent's."""
    spec: JobSpec
    created: int
    index: int = 0
    parent: "Job | None" = field(default=None, repr=False)
    status: Status = Status.SUBMITTED
    reason: str | None = None
    started: int | None = None
    stopped: int | None = None
    attempt: int = 0
    attempt_started: int | None = None
    attempts: list[Attempt] = field(default_factory=list)
    instance: "Instance | None" = None
    verdict: Verdict | None = None
    fault: FaultKind | None = None
    fault_detail: str = ""
    unmet: int = 0
    canceled: bool = False
    terminated: bool = False
    stop_reason: str | None = None
    environment: str | None = None
    lost_instance: str = ""
    """Where it was placed before a crash of the simulator."""
    family: "Family | None" = field(default=None, repr=False)
    dependents: "list[Job] | None" = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """`KEY`, of a child `KEY:INDEX`, of a node `KEY#INDEX`."""
        if self.parent is None:
            return self.key
        return f"{self.parent.key}{'#' if self.parent.spec.nodes else ':'}{self.index}"

    @property
    def root(self) -> "Job":
        """The job that was submitted."""
        return self.parent or self

    @property
    def final(self) -> bool:
        return self.status in FINAL

    @property
    def need(self) -> Need:
        """What its container takes; nodes may differ."""
        nodes = self.spec.nodes
        return nodes[self.index] if nodes and self.parent is not None else self.spec.need


@dataclass(slots=True, eq=False)
class Family:
    """The children of an array or the nodes of a multi-node job, and how many are in which state."""

    members: list[Job]
    counts: Counter[Status]
    open: int
    """How many have not ended."""
    index_dependents: list[Job] = field(default_factory=list)
    """Arrays that wait for this one index by index."""
    sequential: bool = False


@dataclass(slots=True, eq=False)
class Instance:
    """A host: a machine of EC2, or what Fargate makes for one task."""

    id: str
    type: InstanceType
    environment: "Environment" = field(repr=False)
    cpu: int
    """Free, in CPU units."""
    memory: int
    """Free, in MiB."""
    state: HostState = HostState.BOOTING
    idle_since: int = 0
    jobs: dict[Job, None] = field(default_factory=dict, repr=False)
    """Whose containers are here, in the order in which they came."""


@dataclass(slots=True, eq=False)
class Environment:
    """A compute environment and its instances."""

    spec: EnvironmentSpec
    instances: dict[str, Instance] = field(default_factory=dict, repr=False)
    cpu: int = 0
    """Of all instances, in CPU units."""
    booting: int = 0
    busy: int = 0
    """How many of the instances boot, and on how many a container is placed."""
    unfit: Need | None = None
    """No instance outside `freed` has room for this, so the search need not look there."""
    freed: list[Instance] = field(default_factory=list, repr=False)
    exhausted: bool = False
    """EC2 has no capacity to give, as a fault."""
    idle_timer: bool = False
    kinds: dict[Need, list[InstanceType]] = field(default_factory=dict)
    """The instance types that hold a need, smallest first; worked out once."""


@dataclass(slots=True, eq=False)
class Consumable:
    """A consumable resource: what there is, what is held now, what a non-replenishable one has used up."""

    name: str
    total: int
    replenishable: bool = True
    held: int = 0
    spent: int = 0

    @property
    def available(self) -> int:
        return max(0, self.total - self.held - self.spent)
