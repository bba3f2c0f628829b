"""The private places of moto's engine that are filled or mended here, and nowhere else.

moto 5.2.5 vendors LocalStack's engine with its JSONata evaluator, and the casing of requests and responses, left out
(moto's issue 10105). `install` replaces the methods in `_REPLACEMENTS`; `check` fails by name when one has moved. So
moto is pinned exactly, and tests/unit/twin/test_gaps.py holds the pin to it.
"""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name import failure_event
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service,
    state_task_service_batch,
    state_task_service_callback,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.backend import execution

from backroom_local.engine import casing, jobs
from backroom_local.engine.expressions import ExpressionError, evaluate
from backroom_local.engine.hooks import Hooks

_ENGINE = "moto.stepfunctions.parser."
_BEGIN_SECONDS = 10.0


class EngineMovedError(Exception):
    """moto's engine is not the one that these replacements were made for; the way out is the pinned version."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A private attribute of the engine, the names of its parameters as they are known, and what takes its place."""

    owner: Any
    name: str
    parameters: tuple[str, ...]
    put: Callable[..., Any]


def install(hooks: Hooks) -> None:
    """Fill the gaps for the twin of this process; a second call takes the new hooks. Raises EngineMovedError."""
    check()
    _Installed.hooks = hooks
    for replacement in _REPLACEMENTS:
        setattr(replacement.owner, replacement.name, replacement.put)
    for service, more in jobs.PARAMETERS.items():
        state_task_service_batch._SUPPORTED_API_PARAM_BINDINGS[service].update(more)
    _replace_client_factory()


def check() -> None:
    """Raise EngineMovedError, naming the place, when a replaced attribute is gone or takes other parameters."""
    for replacement in _REPLACEMENTS:
        found = _Installed.originals.get((replacement.owner, replacement.name))
        if found is None or found.__code__.co_varnames[: found.__code__.co_argcount] != replacement.parameters:
            place = f"{replacement.owner.__name__}.{replacement.name}({', '.join(replacement.parameters)})"
            raise EngineMovedError(f"moto's engine has no {place}: install moto as requirements/dev.txt pins it")


def _evaluate(self: Any, env: Any) -> None:
    """Evaluate a `{% %}` string or a sampled variable; undefined fails the state, as in Step Functions."""
    bindings = {
        **env.variable_store._outer_scope,
        **env.variable_store._inner_scope,
        "states": {
            name: value for name, value in env.states._states_data.items() if value is not None or name == "input"
        },
    }
    try:
        env.stack.append(evaluate(self.expression, bindings))
    except ExpressionError as error:
        raise _query_failure(env, str(error)) from error


def _query_failure(env: Any, cause: str) -> Exception:
    """Make the engine's exception for `States.QueryEvaluationError`, recorded in the history as EvaluationFailed."""
    name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    details = EventDetails(evaluationFailedEventDetails={"cause": cause, "error": name.error_name})
    event = failure_event.FailureEvent(
        env=env,
        error_name=name,
        event_type=failure_event.HistoryEventType.EvaluationFailed,
        event_details=details,
    )
    raised = failure_event.FailureEventException(failure_event=event)
    return raised if isinstance(raised, Exception) else RuntimeError(cause)


def _normalise_parameters(
    self: Any, parameters: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    """Give a request the casing of its operation's members, in place."""
    service, action = self._get_boto_service_name(boto_service_name), self._get_boto_service_action(service_action_name)
    shape = casing.input_shape(service, action)
    if shape is not None:
        self._to_boto_request(parameters, shape)


def _normalise_response(
    self: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    """Give a response Step Functions' casing (JobId, not jobId), in place."""
    service, action = self._get_boto_service_name(boto_service_name), self._get_boto_service_action(service_action_name)
    shape = casing.output_shape(service, action)
    if shape is not None:
        self._from_boto_response(response, shape)


def _after_eval_execution(
    self: Any, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
) -> None:
    """Record the task's success, unless the execution was stopped or the task timed out meanwhile."""
    if env.is_running():
        original = _Installed.originals[state_task_service.StateTaskService, "_after_eval_execution"]
        original(self, env, resource_runtime_part, normalised_parameters, state_credentials)


def _build_sync_resolver(
    self: Any, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
) -> jobs.JobResolver:
    """Remember which Batch job the resolver asks after, so that it can be terminated."""
    original = _Installed.originals[state_task_service_batch.StateTaskServiceBatch, "_build_sync_resolver"]
    job_id = env.stack[-1]["JobId"]
    ask = original(self, env, resource_runtime_part, normalised_parameters, state_credentials)
    client = _client_for(resource_runtime_part.region, "batch", state_credentials)
    return jobs.JobResolver(job_id, ask, client)


def _eval_sync(
    self: Any, env: Any, sync_resolver: Any, timeout_seconds: Any, callback_endpoint: Any, heartbeat_endpoint: Any
) -> Any:
    """Wait for a Batch job by its events; other services are asked in turns, as the engine does."""
    if isinstance(sync_resolver, jobs.JobResolver):
        return jobs.wait(sync_resolver, _Installed.hooks.endings, env.is_running)
    original = _Installed.originals[state_task_service_callback.StateTaskServiceCallback, "_eval_sync"]
    return original(self, env, sync_resolver, timeout_seconds, callback_endpoint, heartbeat_endpoint)


def _start_details(self: Any) -> Any:
    """Give the execution's start as ISO 8601 text: a datetime in the context object breaks the engine's JSON."""
    details = _Installed.originals[execution.Execution, "get_start_execution_details"](self)
    details.start_time = details.start_time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return details


def _start(self: Any) -> None:
    """Start an execution and tell of it."""
    _Installed.hooks.status_changed(self, "RUNNING")
    _Installed.originals[execution.Execution, "start"](self)


def _stop(self: Any, stop_date: Any, error: str | None, cause: str | None) -> None:
    """Stop an execution; it counts as aborted at once, whatever its task still does, as in AWS."""
    _await_begin(self)
    if self.exec_status != execution.ExecutionStatus.RUNNING:
        return
    self.error, self.cause = error or None, cause or None
    _Installed.originals[execution.Execution, "stop"](self, stop_date, error, cause)
    self.exec_worker._execution_communication.terminated()


def _await_begin(started: Any) -> None:
    """Return when a just started execution has come far enough to be stopped: its thread makes its environment."""
    until = time.monotonic() + _BEGIN_SECONDS
    while started.exec_status == execution.ExecutionStatus.RUNNING and time.monotonic() < until:
        environment = started.exec_worker.env
        if environment is not None and environment.is_running():
            return
        time.sleep(0.005)


def _terminated(self: Any) -> None:
    """Take over the end of an execution, once, and tell of it."""
    with _Installed.ending:
        if self.execution.exec_status != execution.ExecutionStatus.RUNNING:
            return
        self._reflect_execution_status()
    jobs.forget_ended_threads()
    _Installed.hooks.status_changed(self.execution, str(self.execution.exec_status))


def _client_for(region: str, service: str, state_credentials: Any = None) -> Any:
    """Give the twin's own client for a service, as the machine's role."""
    role = getattr(state_credentials, "role_arn", None)
    return _Installed.hooks.client(service, region, role)


def _replace_client_factory() -> None:
    """Put the twin's clients where the engine makes its own: anew for every task, which costs more than most tasks."""
    known = (_Installed.client_factory, _client_for)
    for name, module in list(sys.modules.items()):
        if name.startswith(_ENGINE) and getattr(module, "boto_client_for", None) in known:
            module.boto_client_for = _client_for  # type: ignore[attr-defined]


_CALL = ("self", "env", "resource_runtime_part", "normalised_parameters", "state_credentials")
_CASING = ("self", "parameters", "boto_service_name", "service_action_name")
_RESPONSE = ("self", "response", "boto_service_name", "service_action_name")
_SYNC = ("self", "env", "sync_resolver", "timeout_seconds", "callback_endpoint", "heartbeat_endpoint")

_REPLACEMENTS = (
    Replacement(string_expression.StringJSONata, "_eval_body", ("self", "env"), _evaluate),
    Replacement(string_expression.StringVariableSample, "_eval_body", ("self", "env"), _evaluate),
    Replacement(state_task_service.StateTaskService, "_normalise_parameters", _CASING, _normalise_parameters),
    Replacement(state_task_service.StateTaskService, "_normalise_response", _RESPONSE, _normalise_response),
    Replacement(state_task_service.StateTaskService, "_after_eval_execution", _CALL, _after_eval_execution),
    Replacement(state_task_service_batch.StateTaskServiceBatch, "_build_sync_resolver", _CALL, _build_sync_resolver),
    Replacement(state_task_service_callback.StateTaskServiceCallback, "_eval_sync", _SYNC, _eval_sync),
    Replacement(execution.Execution, "get_start_execution_details", ("self",), _start_details),
    Replacement(execution.Execution, "start", ("self",), _start),
    Replacement(execution.Execution, "stop", ("self", "stop_date", "error", "cause"), _stop),
    Replacement(execution.BaseExecutionWorkerCommunication, "terminated", ("self",), _terminated),
)


class _Installed:
    """What was in the replaced places, and the hooks of the twin of this process."""

    ending = threading.Lock()
    hooks: Hooks
    client_factory = boto_client.boto_client_for
    originals: dict[tuple[Any, str], Any] = {  # noqa: RUF012 - filled once, at import
        (replacement.owner, replacement.name): getattr(replacement.owner, replacement.name, None)
        for replacement in _REPLACEMENTS
    }
