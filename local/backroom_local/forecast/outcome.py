"""What a forecast says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds that portions waited in the queue."""

    mean: float
    median: float
    p95: float
    longest: float


@dataclass(frozen=True, slots=True)
class TenantFinish:
    """When a tenant's last portion has ended, in seconds from the submission."""

    tenant: str
    portions: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that was simulated with one maximum of vCPUs. Times in seconds from the submission."""

    max_vcpus: int
    makespan: float
    """Until the last portion has ended."""
    waits: Waits
    cost: float
    cost_by_capacity: dict[str, float]
    peak_vcpus: float
    """Of all instances at one time."""
    used_vcpu_hours: float
    """Of containers."""
    paid_vcpu_hours: float
    """Of instances."""
    attempts: int
    failed: int
    """Portions whose last attempt did not succeed."""
    tenants: tuple[TenantFinish, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """The same portions with the same durations at several maximums."""

    portions: int
    seed: int
    durations: str
    """Where they come from."""
    outcomes: tuple[Outcome, ...]
