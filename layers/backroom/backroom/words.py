"""The words of the project as enumerations: what became of a portion, and why an attempt ended (docs/glossary.md)."""

from enum import IntEnum, StrEnum


class Outcome(StrEnum):
    """What became of a portion."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    LOST = "lost"
    CANCELLED = "cancelled"


class Cause(StrEnum):
    """Why an attempt ended."""

    OK = "ok"
    APP_RETRYABLE = "app_retryable"
    APP_PERMANENT = "app_permanent"
    OUT_OF_MEMORY = "out_of_memory"
    SPOT_RECLAIM = "spot_reclaim"
    HOST_LOST = "host_lost"
    TIMEOUT = "timeout"
    IMAGE_PULL = "image_pull"
    PLATFORM = "platform"
    CANCELLED = "cancelled"


class Capacity(StrEnum):
    """What an attempt's container runs on; also the name of the queue that leads there (`STACK-spot`)."""

    SPOT = "spot"
    ON_DEMAND = "on_demand"
    MULTI_NODE = "multi_node"
    """On-demand instances next to each other, for Batch jobs of several nodes."""


class Compute(StrEnum):
    """Where a job's containers run, as AWS Batch says what a definition is for: on instances, or on Fargate."""

    EC2 = "EC2"
    FARGATE = "FARGATE"


class Why(StrEnum):
    """Why a portion was cut into others."""

    TIMEOUT = "timeout"
    POISON = "poison"


class RunStatus(StrEnum):
    """Where a run stands."""

    PLANNING = "planning"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABORTED = "aborted"
    TIMED_OUT = "timed_out"
    SKIPPED = "skipped"


class Overlap(StrEnum):
    """What a run does while another one of its job goes on."""

    SKIP = "skip"
    QUEUE = "queue"
    ALLOW = "allow"


class PlannedBy(StrEnum):
    """What runs a job's planner: the function, which has 15 minutes, or a Batch job, which has as long as it takes."""

    LAMBDA = "lambda"
    BATCH = "batch"


class CheckpointState(StrEnum):
    """Whether a portion is decided: its checkpoint is open, then once and for good one of the others."""

    OPEN = "open"
    SEALED = "sealed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ExitCode(IntEnum):
    """What a container says with its exit code.

    All but 0 are those of sysexits.h: EX_DATAERR, EX_SOFTWARE, EX_TEMPFAIL, EX_NOPERM, EX_CONFIG.
    """

    DONE = 0
    BAD_DATA = 65
    BUG = 70
    TRY_AGAIN = 75
    NOT_ALLOWED = 77
    WRONG_SETUP = 78
