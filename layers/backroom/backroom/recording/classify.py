"""Why an attempt ended, from what Batch and ECS say of it.

The words are AWS's: https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html,
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html.
"""

import re
from dataclasses import dataclass

from backroom.words import Cause, ExitCode

SIGKILLED = 128 + 9
SIGTERMED = 128 + 15


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended: exit code (None: there was none), the container's reason, the status reason."""

    exit_code: int | None = None
    reason: str = ""
    status_reason: str = ""
    stopped: bool = False
    """Somebody cancelled or terminated the Batch job."""
    lost_node: str = ""
    """Which other node of the Batch job lost its host, if one did, and how."""


# The first that fits holds. A pattern is matched from the beginning of either reason, whatever the exit code.
_BY_REASON = (
    (re.compile(r"Job attempt duration exceeded timeout"), Cause.TIMEOUT),
    (re.compile(r"OutOfMemoryError"), Cause.OUT_OF_MEMORY),
    (re.compile(r"Your Spot Task was interrupted"), Cause.SPOT_RECLAIM),
    # Of EC2's hosts Batch says the same of a reclaim and of a loss; where spot comes first, a reclaim is the likely
    # one.
    (re.compile(r"Host EC2 .*terminated"), Cause.SPOT_RECLAIM),
    (re.compile(r"Host EC2"), Cause.HOST_LOST),
    (re.compile(r"CannotPull\w*Error"), Cause.IMAGE_PULL),
    (re.compile(r"Cancell?ed by JobStateTimeLimit"), Cause.PLATFORM),
    (re.compile(r"Task failed to start|ResourceInitializationError|Cannot\w+Error|DockerTimeoutError"), Cause.PLATFORM),
)
_BY_EXIT_CODE = {
    ExitCode.DONE: Cause.OK,
    ExitCode.TRY_AGAIN: Cause.APP_RETRYABLE,
    # Without OutOfMemoryError as reason it was no lack of memory but a stop from outside.
    SIGKILLED: Cause.PLATFORM,
    SIGTERMED: Cause.PLATFORM,
}


_OF_A_LOST_NODE = frozenset({Cause.APP_RETRYABLE, Cause.APP_PERMANENT, Cause.PLATFORM, Cause.TIMEOUT})
"""What becomes of a main node that misses another one, whatever its own code makes of it."""


def classify(ending: Ending) -> Cause:
    """Give the cause of an attempt's end. What nobody stopped and no table knows is the application's own doing."""
    cause = _of_itself(ending)
    return Cause.HOST_LOST if ending.lost_node and cause in _OF_A_LOST_NODE else cause


def _of_itself(ending: Ending) -> Cause:
    for pattern, cause in _BY_REASON:
        if pattern.match(ending.status_reason) or pattern.match(ending.reason):
            return cause
    if ending.exit_code == ExitCode.DONE:
        return Cause.OK
    if ending.stopped:
        return Cause.CANCELLED
    if ending.exit_code is None:
        return Cause.PLATFORM
    return _BY_EXIT_CODE.get(ending.exit_code, Cause.APP_PERMANENT)


def describe(ending: Ending) -> str:
    """Say in words how it ended."""
    code = "" if ending.exit_code is None else f"exit code {ending.exit_code}"
    texts = dict.fromkeys(text for text in (ending.lost_node, code, ending.reason, ending.status_reason) if text)
    return ", ".join(texts) or "Batch gave no reason"
