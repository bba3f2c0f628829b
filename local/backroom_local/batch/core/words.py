"""The words of AWS Batch as enumerations, and the reasons it writes, letter for letter.

Reasons: the user guide's pages "Jobs stuck in a RUNNABLE status" and "Automated job retries", the examples of
DescribeJobs in the API reference, and what operators quote in public issues.
"""

from enum import StrEnum


class Status(StrEnum):
    """State of a Batch job, in the order of its life."""

    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    RUNNABLE = "RUNNABLE"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


PLACED = frozenset({Status.STARTING, Status.RUNNING})
FINAL = frozenset({Status.SUCCEEDED, Status.FAILED})


class Capacity(StrEnum):
    """What a compute environment is made of."""

    EC2 = "EC2"
    SPOT = "SPOT"
    FARGATE = "FARGATE"
    FARGATE_SPOT = "FARGATE_SPOT"

    @property
    def fargate(self) -> bool:
        return self in (Capacity.FARGATE, Capacity.FARGATE_SPOT)

    @property
    def spot(self) -> bool:
        return self in (Capacity.SPOT, Capacity.FARGATE_SPOT)


class DependencyKind(StrEnum):
    """How a job waits for another one."""

    WHOLE = "WHOLE"
    N_TO_N = "N_TO_N"
    SEQUENTIAL = "SEQUENTIAL"


class ExitAction(StrEnum):
    """What a rule of evaluateOnExit says."""

    RETRY = "RETRY"
    EXIT = "EXIT"


class FaultKind(StrEnum):
    """What can be made to go wrong with a placed job."""

    SPOT_RECLAIM = "spot_reclaim"
    HOST_FAILURE = "host_failure"
    IMAGE_PULL = "image_pull"
    OUT_OF_MEMORY = "out_of_memory"


THROTTLE = "throttle_submit"
SERVER_ERROR = "server_error"
NO_CAPACITY = "no_capacity"
"""Faults that meet calls, or an environment, rather than a job."""


class HostState(StrEnum):
    """Where an instance stands: only a READY one takes containers."""

    BOOTING = "BOOTING"
    READY = "READY"
    DRAINING = "DRAINING"
    LOST = "LOST"


EXITED = "Essential container in task exited"
TASK_NOT_STARTED = "Task failed to start"
HOST_TERMINATED = "Host EC2 (instance {instance}) terminated."
FARGATE_SPOT_INTERRUPTED = "Your Spot Task was interrupted."
TIMED_OUT = "Job attempt duration exceeded timeout"
DEPENDENCY_FAILED = "Dependent Job failed"
CHILD_FAILED = "Array Child Job failed"
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
CANNOT_PULL = "CannotPullContainerError: {detail}"
LIMIT_CANCELED = "Canceled by JobStateTimeLimit action due to reason: {reason}"


class Blockage(StrEnum):
    """Why the head of a queue cannot be placed at all; the values are what jobStateTimeLimitActions names."""

    CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
    MAX_RESOURCE = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
    REQUIREMENT = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
    ACTION_REQUIRED = "ACTION_REQUIRED"

    def sentence(self, instance_type: str) -> str:
        """The whole `statusReason`; some name the instance type that was asked for."""
        return f"{self.value} - {_SENTENCES[self]}".format(instance_type=instance_type)


_SENTENCES = {
    Blockage.CAPACITY: "Service cannot fulfill the capacity requested for instance type [{instance_type}]",
    Blockage.MAX_RESOURCE: "CE(s) associated with the job queue cannot meet the CPU requirement of the job.",
    Blockage.REQUIREMENT: (
        "The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the "
        "job queue."
    ),
    Blockage.ACTION_REQUIRED: "CE(s) associated with the job queue are invalid.",
}
