"""The rules by which Step Functions waits for `.sync` tasks: a machine is created only if its role may make them.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html, .../connect-ecs.html and their like.
"""

import re
from typing import Any, Final

from backroom_local.access.arns import Place
from backroom_local.access.asked import Asked
from backroom_local.access.evaluation import Call

_RULES: Final = {
    "batch": "StepFunctionsGetEventsForBatchJobsRule",
    "codebuild": "StepFunctionsGetEventForCodeBuildStartBuildRule",
    "ecs": "StepFunctionsGetEventsForECSTaskRule",
    "states": "StepFunctionsGetEventsForStepFunctionsExecutionRule",
}
"""Service of a `.sync` task -> the rule that tells of its end; Step Functions asks the others for it."""
_SYNC: Final = re.compile(r"arn:aws[\w-]*:states:::(\w+):\w+\.sync\b")
_ACTIONS: Final = ("events:PutTargets", "events:PutRule", "events:DescribeRule")


def role_of(asked: Asked) -> str | None:
    """Give the role of a machine that a request creates or changes; None where it says not both role and definition."""
    given: Any = asked.parameters
    makes = asked.service == "stepfunctions" and asked.operation in ("CreateStateMachine", "UpdateStateMachine")
    return str(given["roleArn"]) if makes and given.get("roleArn") and given.get("definition") else None


def calls(definition: str, place: Place) -> list[Call]:
    """Give what the role of a machine must be allowed for the `.sync` tasks of its definition."""
    services = sorted({service for service in _SYNC.findall(definition) if service in _RULES})
    rules = [place.arn("events", f"rule/{_RULES[service]}") for service in services]
    return [Call(action, rule) for rule in rules for action in _ACTIONS]
