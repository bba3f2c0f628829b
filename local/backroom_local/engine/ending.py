"""How executions and the jobs they wait for begin and end: functions in the place of the engine's own methods."""

import json
import time
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service,
    state_task_service_batch,
    state_task_service_callback,
)
from moto.stepfunctions.parser.asl.eval.program_state import (
    ProgramEnded,
    ProgramError,
    ProgramStopped,
    ProgramTimedOut,
)
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.backend import execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from backroom_local.engine import jobs, places
from backroom_local.engine.places import Installed

_BEGIN_SECONDS = 10.0
_STOP_REASON: ContextVar[tuple[str | None, str | None]] = ContextVar("stop_reason", default=(None, None))
_STATUSES = {
    ProgramEnded: execution.ExecutionStatus.SUCCEEDED,
    ProgramError: execution.ExecutionStatus.FAILED,
    ProgramStopped: execution.ExecutionStatus.ABORTED,
    ProgramTimedOut: execution.ExecutionStatus.TIMED_OUT,
}


def after_eval_execution(
    self: Any, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
) -> None:
    """Record the task's success, unless the execution was stopped or the task timed out meanwhile."""
    if env.is_running():
        original = places.original(state_task_service.StateTaskService, "_after_eval_execution")
        original(self, env, resource_runtime_part, normalised_parameters, state_credentials)


def build_sync_resolver(
    self: Any, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
) -> jobs.JobResolver:
    """Remember which Batch job the resolver asks after, so that it can be terminated."""
    original = places.original(state_task_service_batch.StateTaskServiceBatch, "_build_sync_resolver")
    job_id = env.stack[-1]["JobId"]
    ask = original(self, env, resource_runtime_part, normalised_parameters, state_credentials)
    client = client_for(resource_runtime_part.region, "batch", state_credentials)
    return jobs.JobResolver(job_id, ask, client)


def eval_sync(
    self: Any, env: Any, sync_resolver: Any, timeout_seconds: Any, callback_endpoint: Any, heartbeat_endpoint: Any
) -> Any:
    """Wait for a Batch job by its events; other services are asked in turns, as the engine does."""
    if isinstance(sync_resolver, jobs.JobResolver):
        return jobs.wait(sync_resolver, Installed.hooks.endings, env.is_running)
    original = places.original(state_task_service_callback.StateTaskServiceCallback, "_eval_sync")
    found = original(self, env, sync_resolver, timeout_seconds, callback_endpoint, heartbeat_endpoint)
    # What a Glue job's run says of itself has datetimes, which the engine could not write down.
    return json.loads(to_json_str(found)) if isinstance(found, dict) else found


def start_details(self: Any) -> Any:
    """Give the execution's start as ISO 8601 text: a datetime in the context object breaks the engine's JSON."""
    details = places.original(execution.Execution, "get_start_execution_details")(self)
    details.start_time = details.start_time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return details


def start(self: Any) -> None:
    """Start an execution and tell of it."""
    Installed.hooks.status_changed(self, "RUNNING")
    places.original(execution.Execution, "start")(self)


def start_execution(
    self: Any,
    state_machine_arn: str,
    name: str | None = None,
    execution_input: str | None = None,
    trace_header: Any = None,
) -> Any:
    """Start an execution; one without a name gets its own, as in AWS."""
    begin = places.original(StepFunctionsParserBackend, "start_execution")
    return begin(self, state_machine_arn, name or str(uuid.uuid4()), execution_input, trace_header)


def answer_stop(self: Any) -> Any:
    """Answer StopExecution with the error and the cause that were given; moto leaves them behind."""
    reason = _STOP_REASON.set((self._get_param("error"), self._get_param("cause")))
    try:
        return places.original(type(self), "stop_execution")(self)
    finally:
        _STOP_REASON.reset(reason)


def stop(self: Any, stop_date: Any, error: str | None, cause: str | None) -> None:
    """Stop an execution; it counts as aborted at once, whatever its task still does, as in AWS."""
    _await_begin(self)
    if self.exec_status != execution.ExecutionStatus.RUNNING:
        return
    given = _STOP_REASON.get()
    self.error, self.cause = error or given[0], cause or given[1]
    places.original(execution.Execution, "stop")(self, stop_date, self.error, self.cause)
    self.exec_worker._execution_communication.terminated()


def _await_begin(started: Any) -> None:
    """Return when a just started execution has come far enough to be stopped: its thread makes its environment."""
    until = time.monotonic() + _BEGIN_SECONDS
    while started.exec_status == execution.ExecutionStatus.RUNNING and time.monotonic() < until:
        environment = started.exec_worker.env
        if environment is not None and environment.is_running():
            return
        time.sleep(0.005)


def terminated(self: Any) -> None:
    """Take over the end of an execution, once, and tell of it."""
    with Installed.ending:
        if self.execution.exec_status != execution.ExecutionStatus.RUNNING:
            return
        self._reflect_execution_status()
    jobs.forget_ended_threads()
    Installed.hooks.status_changed(self.execution, self.execution.exec_status.value)


def reflect(self: Any) -> None:
    """Take over how a program ended: its output or error first, its status last, since others may look meanwhile."""
    ended, state = self.execution, self.execution.exec_worker.env.program_state()
    ended.stop_date = datetime.now(UTC)
    if isinstance(state, ProgramEnded):
        ended.output = ended.exec_worker.env.states.get_input()
    elif isinstance(state, ProgramError):
        ended.error, ended.cause = (state.error or {}).get("error"), (state.error or {}).get("cause")
    ended.exec_status = _STATUSES[type(state)]


def client_for(region: str, service: str, state_credentials: Any = None) -> Any:
    """Give the twin's own client for a service, as the machine's role."""
    role = getattr(state_credentials, "role_arn", None)
    return Installed.hooks.client(service, region, role)
