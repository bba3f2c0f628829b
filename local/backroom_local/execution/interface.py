"""What the Batch simulator asks of whoever runs its containers: start one, say how it ended, stop it.

The scheduler knows nothing of processes; an executor knows nothing of queues. Callbacks may come from any thread.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Launch:
    """One attempt of one container, all resolved: overrides merged, `Ref::` substituted, Batch's variables set."""

    job_id: str
    """Of a child `PARENT:INDEX`, of a node `JOB#NODE`."""
    attempt: int
    """From 1."""
    image: str
    command: tuple[str, ...]
    """Empty: the image's own."""
    environment: Mapping[str, str]
    vcpus: float
    memory_mib: int
    log_group: str
    log_stream: str
    job_role_arn: str | None = None
    execution_role_arn: str | None = None
    """Of who fetches its secrets."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Name of the variable -> ARN in Secrets Manager (`valueFrom`)."""
    address: str | None = None
    """Loopback address of a node of a multi-node job."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a container ended: its exit code (None if it never ran) and ECS's reason, in ECS's words, if there is one."""

    exit_code: int | None
    reason: str | None = None


class Execution(Protocol):
    """A container that was started."""

    def terminate(self, grace_seconds: float) -> None:
        """Send SIGTERM; send SIGKILL when it still runs after `grace_seconds`. Returns at once."""

    def kill(self) -> None:
        """Send SIGKILL, as when the host is lost."""


class Executor(Protocol):
    """Starts containers."""

    def start(self, launch: Launch, started: Callable[[], None], ended: Callable[[Ended], None]) -> Execution:
        """Start a container and return at once.

        `started` is called when its process runs, `ended` exactly once when it is gone; an image that cannot be had is
        an `Ended(None, "CannotPullContainerError: ...")` without `started`.
        """

    def close(self) -> None:
        """Kill what still runs and give back what was taken."""
