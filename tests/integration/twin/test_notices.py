"""S3 tells functions and rules of its objects, without holding up who writes."""

import json
from pathlib import Path
from typing import Any

from backroom_local.template.resource import FunctionSource
from backroom_local.template.resources.compute import EMPTY_ARCHIVE
from backroom_local.twin import Twin

from tests.integration.twin.stand_ins import FakeFunctions
from tests.integration.twin.waiting import QUEUE, WHERE, until


def test_a_function_that_writes_is_told_of_a_write(
    bare: Twin, functions: FakeFunctions, role: str, tmp_path: Path
) -> None:
    client, arn = bare.clients.get, f"arn:aws:lambda:{WHERE}:function:copy"
    functions.register(FunctionSource("copy", tmp_path, "a.b", {}, (), 3, 128, role, "log"))
    client("lambda").create_function(
        FunctionName="copy", Runtime="python3.12", Role=role, Handler="a.b", Code={"ZipFile": EMPTY_ARCHIVE}
    )
    s3 = client("s3")
    s3.create_bucket(Bucket="incoming", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    told = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket="incoming", NotificationConfiguration={"LambdaFunctionConfigurations": [told]}
    )
    s3.put_object(Bucket="incoming", Key="a", Body=b"b")
    until(lambda: functions.calls, "the function's call")
    name, event, kind = functions.calls[-1]
    assert (name, kind, event["Records"][0]["s3"]["object"]["key"]) == ("copy", "Event", "a")


def test_a_bucket_tells_eventbridge(bare: Twin, inbox: Any) -> None:
    s3, events = bare.clients.get("s3"), bare.clients.get("events")
    s3.create_bucket(Bucket="told", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_bucket_notification_configuration(Bucket="told", NotificationConfiguration={"EventBridgeConfiguration": {}})
    for name in ("first", "second"):
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.s3"], "detail-type": ["Object Created"]}))
        events.put_targets(Rule=name, Targets=[{"Id": "q", **QUEUE, "InputPath": "$.detail.object.key"}])
    s3.put_object(Bucket="told", Key="a", Body=b"b")
    got: list[Any] = []
    until(lambda: got.extend(inbox()) or len(got) == 2, "a message by each rule")
    assert got == ["a", "a"]
