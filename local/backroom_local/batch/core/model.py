"""What the scheduler is told: frozen descriptions of jobs, queues and compute environments.

Units: time in milliseconds since the epoch, CPU in ECS's units (1 vCPU = 1,024, so Fargate's 0.25 vCPU is a whole
number), memory in MiB.
"""

from dataclasses import dataclass

from backroom_local.batch.core.words import Capacity, DependencyKind, ExitAction

CPU_UNITS = 1024
STOP_GRACE_MS = 30_000
"""Between SIGTERM and SIGKILL (user guide, "Job timeouts")."""


@dataclass(frozen=True, slots=True)
class Need:
    """What one container takes of its host: CPU units and MiB."""

    cpu: int
    memory: int


@dataclass(frozen=True, slots=True)
class ExitRule:
    """One rule of evaluateOnExit; a condition that is None was not given."""

    action: ExitAction
    on_exit_code: str | None = None
    on_reason: str | None = None
    on_status_reason: str | None = None


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a job is attempted, 1 to 10, and which ends are worth another attempt."""

    attempts: int = 1
    rules: tuple[ExitRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Dependency:
    """Another job that has to succeed first; only SEQUENTIAL has no `job_id`."""

    kind: DependencyKind
    job_id: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """So many units of a consumable resource, held while an attempt is placed."""

    resource: str
    quantity: int


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What was submitted. `size` is that of an array (0: none); `nodes` are the needs of a multi-node job, by node
    index."""

    name: str
    queue: str
    need: Need
    size: int = 0
    nodes: tuple[Need, ...] = ()
    main_node: int = 0
    retry: RetryPolicy = RetryPolicy()
    timeout_ms: int | None = None
    grace_ms: int = STOP_GRACE_MS
    dependencies: tuple[Dependency, ...] = ()
    share: str | None = None
    priority: int = 0
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceType:
    """A kind of EC2 instance: its name, CPU units and the MiB that it registers with ECS."""

    name: str
    cpu: int
    memory: int


@dataclass(frozen=True, slots=True)
class EnvironmentSpec:
    """A compute environment. `may_exceed`: whether its allocation strategy may go over `max_cpu` by one instance."""

    name: str
    capacity: Capacity
    max_cpu: int
    min_cpu: int = 0
    types: tuple[InstanceType, ...] = ()
    enabled: bool = True
    may_exceed: bool = False


@dataclass(frozen=True, slots=True)
class FairShare:
    """A fair-share policy: weights by identifier (or `prefix*`), seconds of memory, percent held back for newcomers."""

    weights: tuple[tuple[str, float], ...] = ()
    decay_seconds: int = 0
    reservation: int = 0


@dataclass(frozen=True, slots=True)
class StateLimit:
    """One jobStateTimeLimitAction: cancel the head of the queue when it has been stuck for this reason so long."""

    reason: str
    max_ms: int


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A job queue: higher `priority` is served first, its environments are tried in order."""

    name: str
    priority: int
    environments: tuple[str, ...]
    enabled: bool = True
    fair_share: FairShare | None = None
    limits: tuple[StateLimit, ...] = ()


@dataclass(frozen=True, slots=True)
class FaultRates:
    """Random faults: losses an hour and instance, and the share of attempts that fail in one way. All zero: none."""

    spot_reclaims_an_hour: float = 0.0
    host_failures_an_hour: float = 0.0
    image_pull_failures: float = 0.0
    out_of_memory: float = 0.0


@dataclass(frozen=True, slots=True)
class Delays:
    """How long Batch takes, in milliseconds."""

    evaluate: int = 0
    """SUBMITTED until it is looked at."""
    scale_up: int = 0
    """An instance's launch until it takes containers."""
    scale_down: int = 60_000
    """An instance idle until it is given back."""
    spot_notice: int = 0
    """Notice of a reclaim until SIGTERM; two minutes on AWS."""
