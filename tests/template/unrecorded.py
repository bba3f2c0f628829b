"""What roles are allowed though no test sees it called: who does on AWS, and why."""

from dataclasses import dataclass
from typing import Final

from tests.template.calls import OF_JOBS


@dataclass(frozen=True, slots=True)
class Wanted:
    """Actions of a role on a resource, and why they are wanted."""

    role: str
    actions: tuple[str, ...]
    resource: str
    why: str


_RUNS = "arn:aws:s3:::backroom-runs-123456789012-eu-central-1/runs/image_resize/image_resize-20261127T030000Z-0a1b"
_TABLE = "arn:aws:dynamodb:eu-central-1:123456789012:table/backroom-runs"
_KEY = "arn:aws:kms:eu-central-1:123456789012:key/backroom-EncryptionKeyOfStack"
_UNDELIVERED = "arn:aws:sqs:eu-central-1:123456789012:backroom-undelivered"
_WITH_THE_KEY: Final = (
    *("PlanFunctionRole", "PlannerRole", "RecordFunctionRole", "ReconcileFunctionRole", "ObserveFunctionRole"),
    *("NotifyFunctionRole", "RunJobRole", "SchedulerRole", OF_JOBS),
)
_OF_TRACES: Final = ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")
_OF_LOGS: Final = (
    *("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries"),
    *("PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
)


def _aborts(role: str) -> Wanted:
    why = "an upload that fails midway is taken back; no test's fails there with policies enforced"
    return Wanted(role, ("s3:AbortMultipartUpload",), f"{_RUNS}/manifest.jsonl", why)


UNRECORDED: Final[tuple[Wanted, ...]] = (
    *(
        Wanted(role, ("kms:Decrypt", "kms:GenerateDataKey"), _KEY, "S3, DynamoDB, SQS and SNS ask as the caller")
        for role in _WITH_THE_KEY
    ),
    *map(_aborts, ("PlanFunctionRole", "PlannerRole", "RecordFunctionRole", "ReconcileFunctionRole")),
    Wanted(
        "RunJobRole",
        tuple(f"xray:{action}" for action in _OF_TRACES),
        "*",
        "Step Functions traces by it (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html)",
    ),
    Wanted(
        "RunJobRole",
        tuple(f"logs:{action}" for action in _OF_LOGS),
        "*",
        "Step Functions logs by it (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html)",
    ),
    Wanted(
        "SchedulerRole",
        ("sqs:SendMessage",),
        _UNDELIVERED,
        "Scheduler puts there what it cannot deliver (DeadLetterConfig)",
    ),
    *(
        Wanted(
            "PlannerRole",
            tuple(f"dynamodb:{action}" for action in actions),
            resource,
            "it has the function's policy, whole",
        )
        for actions, resource in (
            (("GetItem", "PutItem", "UpdateItem", "Query"), _TABLE),
            (("Query",), f"{_TABLE}/index/by_job"),
        )
    ),
    Wanted(
        "RunJobRole",
        ("glue:GetJobRuns", "glue:BatchStopJobRun"),
        "arn:aws:glue:eu-central-1:123456789012:job/backroom-after",
        "Step Functions stops a Glue job with its execution (https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html)",
    ),
    Wanted(
        "ObserveFunctionRole",
        ("s3:ListBucket",),
        "arn:aws:s3:::backroom-runs-123456789012-eu-central-1",
        "an index that is not there, of a run that was deleted, is answered by 404",
    ),
    Wanted("NotifyFunctionRole", ("dynamodb:DeleteItem",), _TABLE, "a mail that SES refuses counts as not begun"),
    Wanted("ReconcileFunctionRole", ("sqs:SendMessage",), _UNDELIVERED, "Lambda puts there what failed (OnFailure)"),
    Wanted(
        "ObserveFunctionRole",
        ("sqs:GetQueueAttributes",),
        "arn:aws:sqs:eu-central-1:123456789012:backroom-events",
        "Lambda's poller looks at the queue (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)",
    ),
)
