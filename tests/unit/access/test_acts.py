"""Requests that boto3 makes are the actions on the resources that AWS's Service Authorization Reference says."""

import re
from typing import Any

import pytest
from backroom_local.access.acts import acts
from backroom_local.access.arns import Place
from backroom_local.access.asked import Asked, UnreadableError, read, service_of
from backroom_local.access.evaluation import Call
from backroom_local.access.matching import like
from backroom_local.access.reference import UnknownActionError, forms, needs_resource

from tests.unit.access.sent import ACCOUNT, REGION, environ

PLACE = Place(REGION, ACCOUNT)
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t"
BATCH = f"arn:aws:batch:{REGION}:{ACCOUNT}"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/path/r"
UPLOAD = {"Bucket": "b", "Key": "k", "UploadId": "u"}
ITEM = {"TableName": "t", "Key": {"a": {"S": "x"}}}
TARGET = {"Arn": MACHINE, "RoleArn": ROLE}

REQUESTS: list[tuple[str, str, dict[str, Any], list[tuple[str, str]]]] = [
    ("s3", "GetObject", {"Bucket": "b", "Key": "a ü/k"}, [("s3:GetObject", "arn:aws:s3:::b/a ü/k")]),
    ("s3", "HeadObject", {"Bucket": "b", "Key": "k"}, [("s3:GetObject", "arn:aws:s3:::b/k")]),
    (
        "s3",
        "GetObject",
        {"Bucket": "b", "Key": "k", "VersionId": "1"},
        [("s3:GetObjectVersion", "arn:aws:s3:::b/k")],
    ),
    ("s3", "ListObjectsV2", {"Bucket": "b"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
    ("s3", "HeadBucket", {"Bucket": "b"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
    ("s3", "ListBuckets", {}, [("s3:ListAllMyBuckets", "*")]),
    ("s3", "CreateMultipartUpload", {"Bucket": "b", "Key": "k"}, [("s3:PutObject", "arn:aws:s3:::b/k")]),
    ("s3", "UploadPart", {**UPLOAD, "PartNumber": 1, "Body": b"x"}, [("s3:PutObject", "arn:aws:s3:::b/k")]),
    ("s3", "AbortMultipartUpload", UPLOAD, [("s3:AbortMultipartUpload", "arn:aws:s3:::b/k")]),
    ("s3", "ListParts", UPLOAD, [("s3:ListMultipartUploadParts", "arn:aws:s3:::b/k")]),
    (
        "s3",
        "CopyObject",
        {"Bucket": "b", "Key": "k", "CopySource": {"Bucket": "c", "Key": "d/e f"}},
        [("s3:PutObject", "arn:aws:s3:::b/k"), ("s3:GetObject", "arn:aws:s3:::c/d/e f")],
    ),
    (
        "s3",
        "DeleteObjects",
        {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "y", "VersionId": "7"}]}},
        [("s3:DeleteObject", "arn:aws:s3:::b/x"), ("s3:DeleteObjectVersion", "arn:aws:s3:::b/y")],
    ),
    (
        "s3",
        "PutObject",
        {"Bucket": "b", "Key": "k", "Body": b"x", "Tagging": "a=b"},
        [("s3:PutObject", "arn:aws:s3:::b/k"), ("s3:PutObjectTagging", "arn:aws:s3:::b/k")],
    ),
    ("dynamodb", "GetItem", ITEM, [("dynamodb:GetItem", TABLE)]),
    ("dynamodb", "GetItem", {**ITEM, "TableName": TABLE}, [("dynamodb:GetItem", TABLE)]),
    ("dynamodb", "Query", {"TableName": "t", "IndexName": "idx"}, [("dynamodb:Query", f"{TABLE}/index/idx")]),
    (
        "dynamodb",
        "BatchGetItem",
        {"RequestItems": {"t": {"Keys": [{"a": {"S": "x"}}]}}},
        [("dynamodb:BatchGetItem", TABLE)],
    ),
    (
        "dynamodb",
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {"TableName": "t", "Item": {}}},
                {"ConditionCheck": {**ITEM, "ConditionExpression": "x"}},
            ]
        },
        [("dynamodb:PutItem", TABLE), ("dynamodb:ConditionCheckItem", TABLE)],
    ),
    (
        "batch",
        "SubmitJob",
        {"jobName": "n", "jobQueue": "q", "jobDefinition": "d:3"},
        [("batch:SubmitJob", f"{BATCH}:job-queue/q"), ("batch:SubmitJob", f"{BATCH}:job-definition/d:3")],
    ),
    (
        "batch",
        "SubmitJob",
        {
            "jobName": "n",
            "jobQueue": f"{BATCH}:job-queue/q",
            "jobDefinition": f"{BATCH}:job-definition/d",
            "tags": {"a": "b"},
        },
        [
            ("batch:SubmitJob", f"{BATCH}:job-queue/q"),
            ("batch:SubmitJob", f"{BATCH}:job-definition/d"),
            ("batch:TagResource", f"{BATCH}:job/*"),
        ],
    ),
    ("batch", "DescribeJobs", {"jobs": ["1"]}, [("batch:DescribeJobs", "*")]),
    ("batch", "TerminateJob", {"jobId": "1", "reason": "r"}, [("batch:TerminateJob", f"{BATCH}:job/1")]),
    (
        "lambda",
        "Invoke",
        {"FunctionName": "f"},
        [("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f")],
    ),
    ("stepfunctions", "StartExecution", {"stateMachineArn": MACHINE}, [("states:StartExecution", MACHINE)]),
    (
        "events",
        "PutEvents",
        {
            "Entries": [
                {"Source": "s", "DetailType": "t", "Detail": "{}"},
                {"Source": "s", "DetailType": "t", "Detail": "{}", "EventBusName": "o"},
            ]
        },
        [("events:PutEvents", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{name}") for name in ("default", "o")],
    ),
    (
        "events",
        "PutTargets",
        {"Rule": "r", "EventBusName": "o", "Targets": [{"Id": "1", "Arn": MACHINE}]},
        [("events:PutTargets", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/o/r")],
    ),
    (
        "sqs",
        "SendMessageBatch",
        {"QueueUrl": "http://127.0.0.1:9/1/q", "Entries": [{"Id": "1", "MessageBody": "m"}]},
        [("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:q")],
    ),
    (
        "sns",
        "Publish",
        {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:t", "Message": "m"},
        [("sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:t")],
    ),
    ("sts", "GetCallerIdentity", {}, []),
    (
        "sts",
        "AssumeRole",
        {"RoleArn": ROLE, "RoleSessionName": "me", "Tags": [{"Key": "tenant", "Value": "a"}]},
        [("sts:AssumeRole", ROLE), ("sts:TagSession", ROLE)],
    ),
    (
        "logs",
        "PutLogEvents",
        {"logGroupName": "/g", "logStreamName": "s", "logEvents": [{"timestamp": 1, "message": "m"}]},
        [("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/g:log-stream:s")],
    ),
    (
        "ssm",
        "GetParameter",
        {"Name": "/a/b"},
        [("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/a/b")],
    ),
    (
        "sesv2",
        "SendEmail",
        {"FromEmailAddress": "Us <us@x.org>", "Content": {"Raw": {"Data": b"m"}}},
        [("ses:SendEmail", f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/us@x.org")],
    ),
    (
        "glue",
        "StartJobRun",
        {"JobName": "j"},
        [("glue:StartJobRun", f"arn:aws:glue:{REGION}:{ACCOUNT}:job/j")],
    ),
    (
        "scheduler",
        "CreateSchedule",
        {
            "Name": "n",
            "ScheduleExpression": "rate(1 day)",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": TARGET,
        },
        [("scheduler:CreateSchedule", f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/n")],
    ),
    ("cloudwatch", "PutMetricData", {"Namespace": "n", "MetricData": []}, [("cloudwatch:PutMetricData", "*")]),
    ("xray", "PutTraceSegments", {"TraceSegmentDocuments": ["{}"]}, [("xray:PutTraceSegments", "*")]),
]


def calls(service: str, operation: str, parameters: dict[str, Any]) -> list[Call]:
    return acts(read(environ(service, operation, parameters), service), PLACE)


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    REQUESTS,
    ids=[f"{service}-{operation}-{number}" for number, (service, operation, _, _) in enumerate(REQUESTS)],
)
def test_a_request_is_these_actions(
    service: str, operation: str, parameters: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = [(call.action, call.resource) for call in calls(service, operation, parameters)]
    assert found == expected
    for action, resource in found:
        patterns = [re.sub(r"\$\{\w+\}", "*", form) for form in forms(action)]
        on_nothing = resource == "*" and not needs_resource(action)
        assert on_nothing or any(like(pattern, resource) for pattern in patterns), f"{action} acts on {patterns}"


def context(operation: str, parameters: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return dict(calls("s3", operation, {"Bucket": "b", **parameters})[0].context)


def test_writes_say_what_they_are_conditional_on_and_reads_do_not() -> None:
    assert context("PutObject", {"Key": "k", "IfNoneMatch": "*"}) == {
        "s3:if-none-match": ("*",),
        "s3:objectcreationoperation": ("true",),
    }
    part = {"Key": "k", "UploadId": "u", "PartNumber": 1, "Body": b""}
    assert context("UploadPart", part) == {"s3:objectcreationoperation": ("false",)}
    assert context("CompleteMultipartUpload", {"Key": "k", "UploadId": "u", "IfNoneMatch": "*"}) == {
        "s3:if-none-match": ("*",),
        "s3:objectcreationoperation": ("true",),
    }
    assert context("GetObject", {"Key": "k", "IfNoneMatch": '"e"'}) == {}
    assert context("ListObjectsV2", {"Prefix": "a/"}) == {"s3:prefix": ("a/",)}


def test_the_tags_of_a_session_are_condition_keys() -> None:
    (assume, _tag) = calls(
        "sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "me", "Tags": [{"Key": "Tenant", "Value": "a"}]}
    )
    assert assume.context == {
        "sts:rolesessionname": ("me",),
        "aws:requesttag/tenant": ("a",),
        "aws:tagkeys": ("Tenant",),
    }


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "named"),
    [
        ("dynamodb", "ExecuteStatement", {"Statement": "SELECT * FROM t"}, "dynamodb:ExecuteStatement"),
        ("athena", "StartQueryExecution", {"QueryString": "SELECT 1"}, "athena:StartQueryExecution"),
    ],
)
def test_what_is_no_action_on_a_known_resource_is_named(
    service: str, operation: str, parameters: dict[str, Any], named: str
) -> None:
    with pytest.raises(UnknownActionError, match=named):
        calls(service, operation, parameters)


def test_a_request_that_no_model_knows_is_unreadable() -> None:
    asked = environ("dynamodb", "ListTables", {}) | {"HTTP_X_AMZ_TARGET": "DynamoDB_20120810.OpenSesame"}
    with pytest.raises(UnreadableError, match="no request to dynamodb"):
        read(asked, "dynamodb")


def test_a_body_that_was_read_can_be_read_again() -> None:
    asked = environ("stepfunctions", "StartExecution", {"stateMachineArn": MACHINE, "input": "{}"})
    assert read(asked, "stepfunctions") == read(asked, "stepfunctions")
    assert isinstance(read(asked, "stepfunctions"), Asked)


def test_the_two_services_that_sign_as_ses_differ_by_path() -> None:
    assert (service_of("ses", "/v2/email/x"), service_of("ses", "/"), service_of("states", "/")) == (
        "sesv2",
        "ses",
        "stepfunctions",
    )
