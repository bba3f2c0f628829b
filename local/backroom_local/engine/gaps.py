"""The private places of moto's engine that are filled or mended, in one table; nothing else of the twin touches them.

moto 5.2.5 vendors LocalStack's engine with its JSONata evaluator, and the casing of requests and responses, left out
(moto's issue 10105). `install` fills the places in `_REPLACEMENTS`; `check` fails by name when one has moved. So moto
is pinned exactly, and tests/unit/twin/test_gaps.py holds the pin to it.
"""

import sys
from typing import Any

from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import iteration_worker
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import branches_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service,
    state_task_service_batch,
    state_task_service_callback,
    state_task_service_glue,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceCondition
from moto.stepfunctions.parser.asl.parse import preprocessor
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.backend import execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from backroom_local.engine import ending, filled, jobs, places
from backroom_local.engine.hooks import Hooks
from backroom_local.engine.places import Installed, Replacement

_ENGINE = "moto.stepfunctions.parser."
_CLIENT_FACTORY = boto_client.boto_client_for


class EngineMovedError(Exception):
    """moto's engine is not the one that these replacements were made for; the way out is the pinned version."""


_CALL = ("self", "env", "resource_runtime_part", "normalised_parameters", "state_credentials")
_BEGIN = ("self", "state_machine_arn", "name", "execution_input", "trace_header")
_CONTEXT = ("parser_rule_context",)
_NAME = ("self", "error_name")
_CASING = ("self", "parameters", "boto_service_name", "service_action_name")
_RESPONSE = ("self", "response", "boto_service_name", "service_action_name")
_SYNC = ("self", "env", "sync_resolver", "timeout_seconds", "callback_endpoint", "heartbeat_endpoint")

_REPLACEMENTS = (
    Replacement(string_expression.StringJSONata, "_eval_body", ("self", "env"), filled.evaluate_string),
    Replacement(string_expression.StringVariableSample, "_eval_body", ("self", "env"), filled.evaluate_string),
    Replacement(preprocessor.Preprocessor, "_inner_string_of", _CONTEXT, staticmethod(filled.text_of)),
    Replacement(iteration_worker, "CustomErrorName", _NAME, filled.error_name),
    Replacement(branches_decl, "CustomErrorName", _NAME, filled.error_name),
    Replacement(preprocessor, "from_string_literal", _CONTEXT, filled.text_of),
    Replacement(state_task_service.StateTaskService, "_normalise_parameters", _CASING, filled.normalise_parameters),
    Replacement(state_task_service.StateTaskService, "_normalise_response", _RESPONSE, filled.normalise_response),
    Replacement(state_task_service.StateTaskService, "_after_eval_execution", _CALL, ending.after_eval_execution),
    Replacement(
        state_task_service_batch.StateTaskServiceBatch, "_build_sync_resolver", _CALL, ending.build_sync_resolver
    ),
    Replacement(
        state_task_service_batch.StateTaskServiceBatch,
        "_attach_aws_environment_variables",
        ("parameters",),
        staticmethod(jobs.mark),
    ),
    Replacement(state_task_service_callback.StateTaskServiceCallback, "_eval_sync", _SYNC, ending.eval_sync),
    Replacement(execution.Execution, "get_start_execution_details", ("self",), ending.start_details),
    Replacement(StepFunctionsParserBackend, "start_execution", _BEGIN, ending.start_execution),
    Replacement(StepFunctionResponse, "stop_execution", ("self",), ending.answer_stop),
    Replacement(execution.Execution, "start", ("self",), ending.start),
    Replacement(execution.Execution, "stop", ("self", "stop_date", "error", "cause"), ending.stop),
    Replacement(execution.BaseExecutionWorkerCommunication, "_reflect_execution_status", ("self",), ending.reflect),
    Replacement(execution.BaseExecutionWorkerCommunication, "terminated", ("self",), ending.terminated),
)


def install(hooks: Hooks) -> None:
    """Fill the gaps for the twin of this process; a second call takes the new hooks. Raises EngineMovedError."""
    check()
    Installed.hooks = hooks
    for replacement in _REPLACEMENTS:
        setattr(replacement.owner, replacement.name, replacement.put)
    for action, more in jobs.PARAMETERS.items():
        state_task_service_batch._SUPPORTED_API_PARAM_BINDINGS[action].update(more)
    # Who cannot wait for a token has nothing that the engine could interrupt when a job run has ended, which it does.
    state_task_service_glue._SUPPORTED_INTEGRATION_PATTERNS.add(ResourceCondition.WaitForTaskToken)
    _replace_client_factory()


def check() -> None:
    """Raise EngineMovedError, naming the place, when a replaced attribute is gone or takes other parameters."""
    for replacement in _REPLACEMENTS:
        places.remember(replacement)
        found = places.original(replacement.owner, replacement.name)
        if found is None or _parameters(found) != replacement.parameters:
            place = f"{replacement.owner.__name__}.{replacement.name}({', '.join(replacement.parameters)})"
            raise EngineMovedError(f"moto's engine has no {place}: install moto as requirements/dev.txt pins it")


def _parameters(found: Any) -> tuple[str, ...]:
    """Give the names of the parameters of a function, or of a class's constructor."""
    code = getattr(found, "__code__", None) or vars(found)["__init__"].__code__
    names: tuple[str, ...] = code.co_varnames[: code.co_argcount]
    return names


def _replace_client_factory() -> None:
    """Put the twin's clients where the engine makes its own: anew for every task, which costs more than most tasks."""
    known = (_CLIENT_FACTORY, ending.client_for)
    for name, module in list(sys.modules.items()):
        if name.startswith(_ENGINE) and getattr(module, "boto_client_for", None) in known:
            module.boto_client_for = ending.client_for  # type: ignore[attr-defined]
