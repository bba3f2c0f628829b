"""What `backroom why` answers with."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why something waits, failed, or has nothing to explain."""

    SUCCEEDED = "succeeded"
    WORKING = "working"
    IDLE = "idle"
    WAITING_FOR_CAPACITY = "waiting_for_capacity"
    WAITING_FOR_RESOURCE = "waiting_for_resource"
    WAITING_FOR_STAGE = "waiting_for_stage"
    WAITING_FOR_RUN = "waiting_for_run"
    SKIPPED_FOR_RUN = "skipped_for_run"
    MISCONFIGURED = "misconfigured"
    SPLIT = "split"
    SPOT_RECLAIM = "spot_reclaim"
    HOST_LOST = "host_lost"
    OUT_OF_MEMORY = "out_of_memory"
    TIMEOUT = "timeout"
    BAD_DATA = "bad_data"
    POISON = "poison"
    CRASHED = "crashed"
    GAVE_UP = "gave_up"
    IMAGE = "image"
    PERMISSION_DENIED = "permission_denied"
    THROTTLED = "throttled"
    PLATFORM = "platform"
    FUNCTION_FAILED = "function_failed"
    LEASE_LOST = "lease_lost"
    OVER_BUDGET = "over_budget"
    CANCELLED = "cancelled"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Finding:
    """Why something is as it is: one sentence, what shows it, and the command that helps (empty: none is needed)."""

    reason: Reason
    sentence: str
    evidence: tuple[str, ...] = ()
    command: str = ""
