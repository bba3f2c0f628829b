"""Stops a run: first its execution, so that nothing more is submitted, then its Batch jobs; then it is recorded."""

from collections.abc import Callable, Iterator

from backroom_console.batch_jobs import BatchJob, of_run
from backroom_console.calling import call
from backroom_console.connection import Connection

_WHY = "cancelled with `backroom cancel`"
_QUIET_LOOKS = 2
"""Looks without a new Batch job after which there are no more: one may have been submitted as the execution stopped."""


def stop(connection: Connection, run: str, execution_arn: str, rest: Callable[[], None]) -> int:
    """Stop the execution and end all Batch jobs of the run; gives how many were told to. `rest` is called in between.

    An execution that has ended stays as it is. Raises ClientError, also ExecutionDoesNotExist.
    """
    connection.machines.stop_execution(executionArn=execution_arn, error="Cancelled", cause=_WHY)
    told: set[str] = set()
    quiet = 0
    while quiet < _QUIET_LOOKS:
        new = [job for job in _live(connection, run) if job.id not in told]
        for job in new:
            connection.batch.terminate_job(jobId=job.id, reason=_WHY)
        told.update(job.id for job in new)
        quiet = 0 if new else quiet + 1
        rest()
    return len(told)


def settle(connection: Connection, run: str) -> None:
    """Have it recorded at once what became of the portions of a run that was stopped; raises as `call` does."""
    call(connection, connection.outputs.reconcile_function, {"run": run, "settle": True, "cancelled": True})


def _live(connection: Connection, run: str) -> Iterator[BatchJob]:
    return (job for job in of_run(connection, run) if job.is_live)
