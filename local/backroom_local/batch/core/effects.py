"""What the scheduler asks for and tells: effects for the driver to carry out, in their order."""

from typing import NamedTuple

from backroom_local.batch.core.records import Job
from backroom_local.batch.core.words import Status


class Start(NamedTuple):
    """Start this attempt of a job; answer with `started`, and with `ended` exactly once."""

    job: Job
    attempt: int


class Stop(NamedTuple):
    """SIGTERM, and SIGKILL after `grace_ms`; 0 is SIGKILL at once."""

    job: Job
    attempt: int
    grace_ms: int


class Changed(NamedTuple):
    """A job entered a state."""

    job: Job
    status: Status
    at: int


class Blocked(NamedTuple):
    """The head of a queue cannot be placed; `reason` is the whole statusReason."""

    job: Job
    reason: str
    at: int


Effect = Start | Stop | Changed | Blocked
