"""What Step Functions and Batch know of a run's execution, and how to end what it has left behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from backroom.recording.batch_names import named

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient
    from types_boto3_stepfunctions.client import SFNClient

_UNKNOWN = ("ExecutionDoesNotExist", "InvalidArn")
_ENDED = ("SUCCEEDED", "FAILED")


class ExecutionStatus(StrEnum):
    """Step Functions' word for where an execution stands."""

    RUNNING = "RUNNING"
    PENDING_REDRIVE = "PENDING_REDRIVE"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    ABORTED = "ABORTED"

    @property
    def goes_on(self) -> bool:
        """Whether it may yet record its run itself."""
        return self in (ExecutionStatus.RUNNING, ExecutionStatus.PENDING_REDRIVE)


def execution_status(sfn: "SFNClient", arn: str | None) -> ExecutionStatus | None:
    """Ask for an execution's status; None if there is none, or none any more. Raises botocore's ClientError."""
    if arn is None:
        return None
    try:
        return ExecutionStatus(sfn.describe_execution(executionArn=arn)["status"])
    except ClientError as error:
        if error.response["Error"]["Code"] not in _UNKNOWN:
            raise
        return None


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What a run has submitted to these queues (ARNs)."""

    batch: "BatchClient"
    queues: tuple[str, ...]

    def terminate(self, run: str, reason: str) -> int:
        """Terminate the run's Batch jobs that have not ended; gives how many. Raises botocore's ClientError."""
        live = list(self._live(run))
        for job in live:
            self.batch.terminate_job(jobId=job, reason=reason)
        return len(live)

    def _live(self, run: str) -> Iterator[str]:
        for queue in dict.fromkeys(self.queues):
            yield from (job["jobId"] for job in named(self.batch, queue, f"{run}-") if job["status"] not in _ENDED)
