"""Ways to break the machine, and the rule by which each must be found."""

from dataclasses import dataclass
from typing import Any

from scripts.checks.finding import Rule


@dataclass(frozen=True, slots=True)
class Mutant:
    """A text of the machine, what takes its place (once), and the rule that is broken by that."""

    name: str
    old: str
    new: str
    rule: Rule


def _batch_retry(error: str) -> tuple[str, str]:
    return '["Batch.ServerException", ', f'["{error}", '


MUTANTS = (
    Mutant("plural action", "batch:submitJob.sync", "batch:submitJobs.sync", Rule.UNKNOWN_RESOURCE),
    Mutant(
        "pattern of another service",
        "glue:startJobRun.sync",
        "glue:startJobRun.waitForTaskToken",
        Rule.UNKNOWN_RESOURCE,
    ),
    Mutant("no such pattern", "dynamodb:putItem", "dynamodb:putItem.sync", Rule.UNKNOWN_RESOURCE),
    Mutant("capital action", "dynamodb:putItem", "dynamodb:PutItem", Rule.UNKNOWN_RESOURCE),
    Mutant(
        "no such service",
        "arn:aws:states:::events:putEvents",
        "arn:aws:states:::aws-sdk:event:putEvents",
        Rule.UNKNOWN_RESOURCE,
    ),
    Mutant("no integration", "arn:aws:states:::lambda:invoke", "lambda:invoke", Rule.UNKNOWN_RESOURCE),
    Mutant("unknown parameter", '"ConditionExpression"', '"ConditionExpresion"', Rule.UNKNOWN_PARAMETER),
    Mutant("unknown parameter of an item's request", '"Environment": [', '"Variables": [', Rule.UNKNOWN_PARAMETER),
    Mutant("unknown parameter in an expression", "{'Type': 'N_TO_N'}", "{'Kind': 'N_TO_N'}", Rule.UNKNOWN_PARAMETER),
    Mutant("missing parameter", '"JobDefinition": ', '"Parameters": ', Rule.MISSING_PARAMETER),
    Mutant("missing nested parameter", '"TableName": "${RunsTable}",', "", Rule.MISSING_PARAMETER),
    Mutant("case of a parameter", '"JobName"', '"jobName"', Rule.WRONG_CASE),
    Mutant("case of a parameter that is merged", "{'ArrayProperties'", "{'arrayProperties'", Rule.WRONG_CASE),
    Mutant("case of a nested parameter", "{'ArrayProperties': {'Size'", "{'ArrayProperties': {'size'", Rule.WRONG_CASE),
    Mutant("overrides of nodes by another name", "{'NodeOverrides'", "{'NodesOverrides'", Rule.UNKNOWN_PARAMETER),
    Mutant("overrides of no nodes", "'TargetNodes': '0:', ", "", Rule.MISSING_PARAMETER),
    Mutant(
        "overrides of an item that is not there",
        "'ContainerOverrides': $states.input.overrides}]",
        "'ContainerOverride': $states.input.overrides}]",
        Rule.UNKNOWN_PARAMETER,
    ),
    Mutant("unknown parameter of nodes' overrides", '"ResourceRequirements"', '"Resources"', Rule.UNKNOWN_PARAMETER),
    Mutant("text for a number", '"ConsistentRead": true', '"ConsistentRead": "yes"', Rule.WRONG_VALUE),
    Mutant("number for a text", '"Value": "{% $job %}"', '"Value": 1', Rule.WRONG_VALUE),
    Mutant("value that is none of those that there are", "'N_TO_N'", "'EACH'", Rule.WRONG_VALUE),
    Mutant("text for a list", " : []", " : ''", Rule.WRONG_VALUE),
    Mutant(
        "arguments from nowhere", "$merge([$states.input.request", "$merge([$plan.request", Rule.UNREADABLE_ARGUMENTS
    ),
    Mutant(
        "arguments of a part that is not there",
        "$merge([$states.input.request",
        "$merge([$states.input.requests",
        Rule.UNREADABLE_ARGUMENTS,
    ),
    Mutant(
        "arguments of an input that was changed",
        '"Next": "Run"}',
        '"Next": "Run", "Output": {}}',
        Rule.UNREADABLE_ARGUMENTS,
    ),
    Mutant(
        "catch-all first",
        '"ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "Next"',
        '"ErrorEquals": ["States.ALL"], "Next"',
        Rule.ALL_NOT_LAST,
    ),
    Mutant("catch-all among others", '"Lambda.SdkClientException", ', '"States.ALL", ', Rule.ALL_NOT_LAST),
    Mutant("array submitted again", *_batch_retry("States.TaskFailed"), Rule.BLIND_RESUBMIT),
    Mutant("array submitted again after its time", *_batch_retry("States.Timeout"), Rule.BLIND_RESUBMIT),
    Mutant("task without timeout", '"TimeoutSeconds": 172800,', "", Rule.NO_TIMEOUT),
    Mutant("planner without timeout", '"TimeoutSeconds": 86400,', "", Rule.NO_TIMEOUT),
    Mutant(
        "planner that is planned again and again",
        '"planning": {"planned": false, "failure": null},\n        "problem"',
        '"problem"',
        Rule.DANGLING_VARIABLE,
    ),
    Mutant(
        "planner's way back to nowhere",
        '"Assign": {"planning": {"planned": true, "failure": null}},\n      "Output": {},\n      "Next": "Plan"',
        '"Assign": {"planning": {"planned": true, "failure": null}},\n      "Output": {}',
        Rule.NO_WAY_ON,
    ),
    Mutant("planner that nothing leads to", '"Next": "PlanInBatch"}', '"Next": "Record"}', Rule.UNREACHABLE),
    Mutant(
        "planner's request in lower case",
        "'Value': $plan.elsewhere",
        "'value': $plan.elsewhere",
        Rule.WRONG_CASE,
    ),
    Mutant(
        "heartbeat above timeout",
        '"TimeoutSeconds": 960,',
        '"TimeoutSeconds": 960, "HeartbeatSeconds": 960,',
        Rule.LONG_HEARTBEAT,
    ),
    Mutant("dangling Next", '"Next": "Planned"', '"Next": "Planed"', Rule.DANGLING_NEXT),
    Mutant(
        "dangling Next of a Wait",
        '"Next": "Plan"\n    },\n    "Overlapped"',
        '"Next": "Claim again"\n    },\n    "Overlapped"',
        Rule.DANGLING_NEXT,
    ),
    Mutant("dangling Default", '"Default": "After"', '"Default": "Afterwards"', Rule.DANGLING_NEXT),
    Mutant("dangling Next within a Map", '"Next": "Unsuccessful"', '"Next": "Record"', Rule.DANGLING_NEXT),
    Mutant("unreachable", '"Next": "Claimant"', '"Next": "AlreadyClaimed"', Rule.UNREACHABLE),
    Mutant("dead end", '"Output": {},\n      "Next": "Slot"', '"Output": {}', Rule.NO_WAY_ON),
    Mutant("choice without Default", ',\n      "Default": "Failed"', "", Rule.NO_WAY_ON),
    Mutant("expression that does not parse", "$wave > 1 %}", "$wave > %}", Rule.BAD_EXPRESSION),
    Mutant("variable by another name", '"{% $verdict.status', '"{% $verdct.status', Rule.DANGLING_VARIABLE),
    Mutant("variable of another way", '"failure": "PortionsFailed",', "", Rule.DANGLING_VARIABLE),
    Mutant(
        "variable before it is assigned",
        '"Condition": "{% $plan.portions = 0 %}"',
        '"Condition": "{% $outcome = 0 %}"',
        Rule.DANGLING_VARIABLE,
    ),
    Mutant(
        "result where there is none",
        '"wave": "{% $wave %}"',
        '"wave": "{% $states.result.wave %}"',
        Rule.DANGLING_VARIABLE,
    ),
    Mutant(
        "variable of the state around",
        '"Next": "Unsuccessful"',
        '"Next": "Unsuccessful", "Assign": {"wave": 2}',
        Rule.SHADOWED_VARIABLE,
    ),
    Mutant("function that is not there", "$floor(", "$integer(", Rule.UNKNOWN_FUNCTION),
    Mutant("function that is forbidden", "$floor(", "$eval(", Rule.UNKNOWN_FUNCTION),
    Mutant("hash", "$uuid()", "$hash($slot, 'MD5')", Rule.NOT_PORTABLE),
    Mutant("start time", "$states.context.Execution.Id", "$states.context.Execution.StartTime", Rule.NOT_PORTABLE),
    Mutant("distributed", '"Mode": "INLINE"', '"Mode": "DISTRIBUTED"', Rule.NOT_PORTABLE),
    Mutant("JSONPath", '"Items": "{% $due %}"', '"ItemsPath": "$.arrays"', Rule.NOT_PORTABLE),
    Mutant("substitution that is not filled", "${EventBus}", "${Bus}", Rule.SUBSTITUTION),
)


JOB_MUTANTS = (
    Mutant("row that no loop has", "    Sitemap:\n      Name", "    Sitemaps:\n      Name", Rule.LOOPS_DISAGREE),
    Mutant("loop that lacks a row", "- Job\n    - [ImageResize, ", "- Job\n    - [", Rule.LOOPS_DISAGREE),
    Mutant("row that is listed twice", "- [ImageResize, ", "- [ImageResize, ImageResize, ", Rule.LOOPS_DISAGREE),
    Mutant(
        "schedule that is not in its loop",
        "Name: sitemap-index\n",
        "Name: sitemap-index\n      Schedule: rate(1 day)\n",
        Rule.LOOPS_DISAGREE,
    ),
    Mutant("no nodes", "      Name: sitemap\n", '      Name: sitemap\n      Nodes: "0"\n', Rule.WRONG_NODES),
    Mutant("nodes as a number", "      Name: sitemap\n", "      Name: sitemap\n      Nodes: 3\n", Rule.WRONG_NODES),
    Mutant(
        "nodes on Fargate",
        "      Name: sitemap\n",
        '      Name: sitemap\n      Nodes: "3"\n      Compute: fargate\n',
        Rule.WRONG_NODES,
    ),
    Mutant(
        "size that Fargate has not",
        'Compute: untrusted\n      Vcpus: "1"',
        'Compute: untrusted\n      Vcpus: "3"',
        Rule.WRONG_COMPUTE,
    ),
    Mutant("job by the planner's name", "      Name: sitemap\n", "      Name: plan\n", Rule.RESERVED_NAME),
)


def without(statements: tuple[Any, ...], action: str) -> tuple[Any, ...]:
    """Give a role's statements without an action."""
    lists = ({**statement, "Action": statement["Action"]} for statement in statements)
    return tuple(
        {**statement, "Action": [kept for kept in _actions(statement) if kept != action]} for statement in lists
    )


def _actions(statement: Any) -> list[str]:
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
