"""Brings runs to their recorded end whose execution ended without recording it (docs/architecture.md, Functions).

An execution may be stopped, time out or fail in its last states; then nobody is left to say what became of the
portions, unless somebody looks. Every step may be repeated, also by several at once: the recorder's work is.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from backroom import lease
from backroom.deployment import Deployment
from backroom.errors import BackroomError, RunStillActiveError, UnknownRunError
from backroom.planning.request import RUN_ID, RunId
from backroom.recording.executions import ExecutionStatus, LeftBehind, execution_status
from backroom.recording.record import record
from backroom.recording.request import RecordRequest
from backroom.records import RunRecord
from backroom.words import RunStatus

if TYPE_CHECKING:
    from types_boto3_stepfunctions.client import SFNClient

PATIENCE = 15
"""Seconds until DescribeExecution surely knows of a StopExecution: it is consistent only eventually."""
LATEST = 100
"""Among so many of a job's runs one is sought whose execution is known and whose name is not."""
_RUN = re.compile(RUN_ID)


def _parsed(value: Any) -> Any:
    try:
        found = json.loads(value)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class ExecutionEvent(BaseModel):
    """The detail of a `Step Functions Execution Status Change`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    execution_arn: str = Field(alias="executionArn")
    name: str
    status: ExecutionStatus
    input: Annotated[dict[str, Any], BeforeValidator(_parsed)] = {}
    """Left out by Step Functions where it is large."""


class ReconcileRequest(BaseModel):
    """The event of ReconcileFunction: a run to settle, an execution that ended, or neither: all runs are looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run: RunId | None = None
    settle: bool = False
    cancelled: bool = False
    """Somebody has stopped the run: what is unfinished counts as cancelled."""
    detail: Annotated[ExecutionEvent | None, BeforeValidator(lambda value: value or None)] = None

    @property
    def is_sweep(self) -> bool:
        """Whether all runs are to be looked at."""
        return self.run is None and self.detail is None


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking at a run."""

    run: str
    status: RunStatus
    message: str
    repaired: bool = False
    """Whether it was brought to its end now."""
    error: str | None = None
    """Why that could not be done."""


@dataclass(frozen=True, slots=True)
class Repair:
    """Looks at runs and brings to their end those that need it. Everything raises botocore's ClientError."""

    deployment: Deployment
    sfn: "SFNClient"
    wait: Callable[[float], None]

    def answer(self, request: ReconcileRequest, now: datetime) -> list[Looked]:
        """Do what is asked. Raises UnknownRunError, RunStillActiveError."""
        if request.run is not None:
            return [self.settle(request.run, request.cancelled, now)]
        if request.detail is not None:
            return list(self.ended(request.detail, now))
        return list(self.sweep(now))

    def settle(self, run: str, cancelled: bool, now: datetime) -> Looked:
        """Bring a run to its recorded end at once; gives how it ended, also if it had before.

        Raises UnknownRunError, and RunStillActiveError while its execution goes on.
        """
        found = self.deployment.runs.get(run)
        if not found.goes_on:
            return Looked(run, found.status, found.message)
        status = self._status(found, PATIENCE if cancelled else 0)
        if status is not None and status.goes_on:
            raise RunStillActiveError(f"run {run!r} goes on; wait for its end, or `backroom cancel {run}`")
        return self._finish(run, status, cancelled, now)

    def ended(self, event: ExecutionEvent, now: datetime) -> Iterator[Looked]:
        """Bring the run of an execution that has ended to its recorded end, if the execution has not done so."""
        found = self._run_of(event)
        if found is not None and found.goes_on and not event.status.goes_on:
            yield self._finish(found.run, event.status, False, now)

    def sweep(self, now: datetime) -> Iterator[Looked]:
        """Look at all runs that go on as far as is recorded; what goes wrong with one holds up no other."""
        for run in self.deployment.runs.unfinished():
            try:
                yield self._look(run, now)
            except (BackroomError, BotoCoreError, ClientError) as error:
                yield Looked(run.run, run.status, run.message, error=f"{type(error).__name__}: {error}")

    def _look(self, run: RunRecord, now: datetime) -> Looked:
        status = self._status(run, 0)
        goes_on = lease.is_alive(self.deployment.runs, run, now) if status is None else status.goes_on
        if not goes_on:
            return self._finish(run.run, status, False, now)
        if status is not None:
            lease.renew(self.deployment.runs, run.job, run.run, now)
        return Looked(run.run, run.status, run.message)

    def _status(self, run: RunRecord, patience: int) -> ExecutionStatus | None:
        status = execution_status(self.sfn, run.execution_arn)
        for _ in range(patience):
            if status is None or not status.goes_on:
                break
            self.wait(1.0)
            status = execution_status(self.sfn, run.execution_arn)
        return status

    def _finish(self, run: str, status: ExecutionStatus | None, cancelled: bool, now: datetime) -> Looked:
        """Record what became of a run whose execution is over, and end what it has left running."""
        # Read after the execution's end: what it has recorded itself is there by now.
        found = self.deployment.runs.get(run)
        if not found.goes_on:
            return Looked(run, found.status, found.message)
        ended = status if status in (ExecutionStatus.ABORTED, ExecutionStatus.TIMED_OUT) else ExecutionStatus.FAILED
        told = {"job": found.job, "run": run, "wave": found.wave, "ended": ended}
        cancelled = cancelled or status is ExecutionStatus.ABORTED
        answer = record(RecordRequest.model_validate(told | {"cancelled": cancelled}), self.deployment, now)
        # Only now, so that what ends it does not pass for what became of it.
        left = LeftBehind(self.deployment.batch, self.deployment.settings.all_queues)
        left.terminate(run, f"run {run} has ended: {answer.status}")
        return Looked(run, answer.status, answer.message, repaired=True)

    def _run_of(self, event: ExecutionEvent) -> RunRecord | None:
        """Find the run of an execution: it has the input's name, else the execution's, else one from the clock."""
        named = [str(name) for name in (event.input.get("run"), event.name) if name and _RUN.fullmatch(str(name))]
        try:
            found = [self.deployment.runs.get(named[0])] if named else self._latest(event.input.get("job"))
        except UnknownRunError:
            return None
        return next((run for run in found if run.execution_arn == event.execution_arn), None)

    def _latest(self, job: Any) -> list[RunRecord]:
        return self.deployment.runs.latest(job, LATEST) if isinstance(job, str) and job else []
