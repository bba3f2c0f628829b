"""The resource of a Task: which operation of which service it calls, by AWS's list and botocore's models."""

import re
from dataclasses import dataclass
from functools import cache

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel

_ARN = re.compile(r"arn:[\w${}:.]+?:states:::(aws-sdk:)?([\w-]+):(\w+)(\.[\w:]+)?")
_CALL = frozenset({""})
_TOKEN = frozenset({"", ".waitForTaskToken"})
_SYNC = frozenset({"", ".sync"})
# https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html: those that a job of this kind may want.
_OPTIMIZED = {
    ("lambda", "invoke"): _TOKEN,
    ("batch", "submitJob"): _SYNC,
    ("dynamodb", "getItem"): _CALL,
    ("dynamodb", "putItem"): _CALL,
    ("dynamodb", "updateItem"): _CALL,
    ("dynamodb", "deleteItem"): _CALL,
    ("ecs", "runTask"): _SYNC | _TOKEN,
    ("events", "putEvents"): _TOKEN,
    ("glue", "startJobRun"): _SYNC,
    ("sns", "publish"): _TOKEN,
    ("sqs", "sendMessage"): _TOKEN,
    ("states", "startExecution"): _SYNC | _TOKEN | {".sync:2"},
}
_BOTOCORE_NAMES = {"states": "stepfunctions", "sfn": "stepfunctions"}


class UnknownResourceError(Exception):
    """A resource that Step Functions does not have; the message says what it has."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an AWS operation: the service as it is called in IAM, and whether the state waits for its end."""

    service: str
    operation: OperationModel
    pattern: str


def call_of(resource: str) -> Call:
    """Read a Task's resource; raises UnknownResourceError."""
    found = _ARN.fullmatch(resource)
    if not found:
        raise UnknownResourceError(f"{resource} is no service integration (arn:aws:states:::SERVICE:ACTION)")
    sdk, service, action, pattern = found[1], found[2], found[3], found[4] or ""
    allowed = _TOKEN if sdk else _OPTIMIZED.get((service, action))
    if allowed is None:
        known = ", ".join(f"{service}:{action}" for service, action in sorted(_OPTIMIZED))
        raise UnknownResourceError(f"{service}:{action} is no optimized integration; known here: {known}")
    if pattern not in allowed:
        raise UnknownResourceError(
            f"{service}:{action} has no {pattern}; it has {', '.join(sorted(allowed)) or 'none'}"
        )
    return Call(service, _operation(service, action), pattern)


@cache
def _operation(service: str, action: str) -> OperationModel:
    try:
        model = botocore.session.get_session().get_service_model(_BOTOCORE_NAMES.get(service, service))
    except UnknownServiceError as error:
        raise UnknownResourceError(f"there is no service {service}") from error
    name = action[0].upper() + action[1:]
    if name not in model.operation_names or action[0].isupper():
        raise UnknownResourceError(f"{service} has no action {action}")
    return model.operation_model(name)
