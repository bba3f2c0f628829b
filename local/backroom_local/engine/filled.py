"""What fills the gaps of moto's engine: each function takes the place of one of its methods, and has its parameters."""

import json
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name import custom_error_name, failure_event
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from backroom_local.engine import casing
from backroom_local.engine.expressions import ExpressionError, evaluate


def evaluate_string(self: Any, env: Any) -> None:
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
    raised: Exception = failure_event.FailureEventException(failure_event=event)
    return raised


def error_name(error_name: str | None) -> Any:
    """Name the error that ended a branch; the engine takes each for the user's own, and refuses `States.Timeout`."""
    if error_name is not None and error_name.startswith("States."):
        return StatesErrorName.from_name(error_name)
    return custom_error_name.CustomErrorName(error_name)


def text_of(parser_rule_context: Any) -> str | None:
    """Read a JSON string of a definition with its escapes; the engine keeps them, or reads them as Python's."""
    text: str = parser_rule_context.getText()
    if text == "null":
        return None
    read: str = json.loads(text, strict=False) if text.startswith('"') else text
    return read


def normalise_parameters(
    self: Any, parameters: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    """Give a request the casing of its operation's members, in place."""
    service, action = self._get_boto_service_name(boto_service_name), self._get_boto_service_action(service_action_name)
    shape = casing.input_shape(service, action)
    if shape is not None:
        self._to_boto_request(parameters, shape)


def normalise_response(
    self: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    """Give a response Step Functions' casing (JobId, not jobId), in place."""
    service, action = self._get_boto_service_name(boto_service_name), self._get_boto_service_action(service_action_name)
    shape = casing.output_shape(service, action)
    if shape is not None:
        self._from_boto_response(response, shape)
