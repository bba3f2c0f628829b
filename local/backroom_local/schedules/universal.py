"""Scheduler's universal targets: any operation of any service, by the name in the target's ARN.

docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html: for example
`arn:aws:scheduler:::aws-sdk:sfn:startExecution`.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from botocore import xform_name

from backroom_local.template.fitting import request

_PREFIX: Final = "arn:aws:scheduler:::aws-sdk:"
_SERVICES: Final = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}


def is_universal(arn: str) -> bool:
    """Say whether a target's ARN names an operation."""
    return arn.startswith(_PREFIX)


def call(client: Callable[[str], Any], arn: str, given: str) -> Any:
    """Call the operation that an ARN names with the parameters in `given` (JSON); raises what the service answered."""
    service, _, operation = arn.removeprefix(_PREFIX).partition(":")
    service = _SERVICES.get(service, service)
    parameters = request(service, operation[0].upper() + operation[1:], json.loads(given or "{}"))
    return getattr(client(service), xform_name(operation))(**parameters)
