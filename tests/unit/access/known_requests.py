"""Requests as boto3 takes them, and the actions on resources that each is."""

from typing import Any

from tests.unit.access.sent import ACCOUNT, REGION

TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t"
BATCH = f"arn:aws:batch:{REGION}:{ACCOUNT}"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus"
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
                {"Source": "s", "DetailType": "t", "Detail": "{}", "EventBusName": f"{BUS}/p"},
            ]
        },
        [("events:PutEvents", f"{BUS}/{name}") for name in ("default", "o", "p")],
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
