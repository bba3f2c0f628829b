"""Queues and topics feed functions."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from backroom_local.template.resource import FunctionSource
from backroom_local.template.resources.compute import EMPTY_ARCHIVE
from backroom_local.twin import Twin

from tests.integration.twin.stand_ins import FakeFunctions
from tests.integration.twin.waiting import WHERE, until

PASS = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def test_moto_reaches_the_function_host_too(bare: Twin, functions: FakeFunctions, role: str, tmp_path: Path) -> None:
    functions.register(FunctionSource("subscribed", tmp_path, "a.b", {}, (), 3, 128, role, "log"))
    code = {"ZipFile": EMPTY_ARCHIVE}
    bare.clients.get("lambda").create_function(
        FunctionName="subscribed", Runtime="python3.12", Role=role, Handler="a.b", Code=code
    )
    sns = bare.clients.get("sns")
    topic = sns.create_topic(Name="functions")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=f"arn:aws:lambda:{WHERE}:function:subscribed")
    sns.publish(TopicArn=topic, Message="hello")
    (call,) = until(lambda: functions.calls, "the function's call")
    assert call[1]["Records"][0]["Sns"]["Message"] == "hello"


def test_a_queue_feeds_its_function_and_keeps_what_failed(
    bare: Twin, functions: FakeFunctions, role: str, tmp_path: Path
) -> None:
    functions.register(FunctionSource("fed", tmp_path, "a.b", {}, (), 3, 128, role, "log"))
    client, refused = bare.clients.get, {"bad"}

    def answer(event: dict[str, Any]) -> dict[str, Any]:
        bad = [record["messageId"] for record in event["Records"] if record["body"] in refused]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in bad]}

    functions.answers["fed"] = answer
    client("lambda").create_function(
        FunctionName="fed", Runtime="python3.12", Role=role, Handler="a.b", Code={"ZipFile": EMPTY_ARCHIVE}
    )
    url = client("sqs").create_queue(QueueName="feed", Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    client("lambda").create_event_source_mapping(
        EventSourceArn=f"arn:aws:sqs:{WHERE}:feed",
        FunctionName="fed",
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    for body in ("good", "bad"):
        client("sqs").send_message(QueueUrl=url, MessageBody=body)

    def bodies() -> list[str]:
        return [record["body"] for name, event, _ in functions.calls if name == "fed" for record in event["Records"]]

    until(lambda: bodies().count("bad") >= 2, "the failed message a second time")
    assert bodies().count("good") == 1
    refused.clear()
    until(lambda: _left(client("sqs"), url) == 0, "the end of the queue")


def test_a_batch_is_filled_until_its_window_is_over_and_a_message_that_fails_again_is_buried(
    bare: Twin, functions: FakeFunctions, role: str, tmp_path: Path
) -> None:
    functions.register(FunctionSource("filled", tmp_path, "a.b", {}, (), 3, 128, role, "log"))
    client = bare.clients.get
    functions.answers["filled"] = refuse_bad
    client("lambda").create_function(
        FunctionName="filled", Runtime="python3.12", Role=role, Handler="a.b", Code={"ZipFile": EMPTY_ARCHIVE}
    )
    url, dead = with_dead_letters(client("sqs"), "fill")
    bodies = ["bad", *map(str, range(29))]
    send(client("sqs"), url, bodies)
    client("lambda").create_event_source_mapping(
        EventSourceArn=f"arn:aws:sqs:{WHERE}:fill",
        FunctionName="filled",
        BatchSize=25,
        MaximumBatchingWindowInSeconds=1,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    (buried,) = until(
        lambda: client("sqs").receive_message(QueueUrl=dead, AttributeNames=["All"]).get("Messages"), "the dead letter"
    )
    assert buried["Body"] == "bad"
    calls = [[record["body"] for record in event["Records"]] for name, event, _ in functions.calls if name == "filled"]
    assert len(calls[0]) == 25
    received = Counter(body for batch in calls for body in batch)
    assert received == Counter(dict.fromkeys(bodies, 1) | {"bad": 2})
    assert _left(client("sqs"), url) == 0


def refuse_bad(event: dict[str, Any]) -> dict[str, Any]:
    """Say that the messages `bad` failed."""
    bad = [record["messageId"] for record in event["Records"] if record["body"] == "bad"]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in bad]}


def with_dead_letters(sqs: Any, name: str) -> tuple[str, str]:
    """Create a queue that gives up a message at the third try; gives its URL and that of where it goes."""
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    redrive = json.dumps({"deadLetterTargetArn": f"arn:aws:sqs:{WHERE}:{name}-dead", "maxReceiveCount": 2})
    attributes = {"VisibilityTimeout": "1", "RedrivePolicy": redrive}
    return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"], dead


def send(sqs: Any, url: str, bodies: list[str]) -> None:
    """Send messages, ten at a time."""
    for start in range(0, len(bodies), 10):
        entries = [{"Id": str(at), "MessageBody": body} for at, body in enumerate(bodies[start : start + 10])]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)


def _left(sqs: Any, url: str) -> int:
    """Count the messages of a queue, visible or not."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sum(
        int(value) for value in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()
    )
