"""Events reach the targets of the rules that match them, and schedules theirs, really called."""

import json
from pathlib import Path
from typing import Any

import pytest
from backroom_local.template.resource import FunctionSource
from backroom_local.twin import Twin

from tests.integration.twin.stand_ins import FakeBatch, FakeFunctions
from tests.integration.twin.waiting import QUEUE, WHERE, begin, machine, until

ROLE = "arn:aws:iam::123456789012:role/r"
PASS = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


@pytest.fixture
def rule(bare: Twin) -> Any:
    """Puts a rule with targets; it is gone after the test."""
    events, made = bare.clients.get("events"), []

    def put(pattern: Any, *targets: dict[str, Any], **more: Any) -> str:
        name = f"rule-{len(made)}"
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), **more)
        events.put_targets(Rule=name, Targets=[{"Id": str(number), **target} for number, target in enumerate(targets)])
        made.append((name, len(targets)))
        return name

    yield put
    for name, count in made:
        events.remove_targets(Rule=name, Ids=[str(number) for number in range(count)])
        events.delete_rule(Name=name)


def put_event(twin: Twin, detail: Any, source: str = "shop") -> None:
    """Put an event on the default bus."""
    entry = {"Source": source, "DetailType": "Sold", "Detail": json.dumps(detail), "Resources": ["arn:x"]}
    assert twin.clients.get("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_a_matching_event_reaches_the_queue_whole(bare: Twin, inbox: Any, rule: Any) -> None:
    rule({"source": ["shop"], "detail": {"price": [{"numeric": [">", 10]}]}}, QUEUE)
    put_event(bare, {"price": 5})
    put_event(bare, {"price": 15})
    (event,) = until(inbox, "an event")
    assert (event["source"], event["detail-type"], event["detail"]) == ("shop", "Sold", {"price": 15})
    assert (event["account"], event["region"], event["resources"]) == ("123456789012", "eu-central-1", ["arn:x"])
    assert event["time"].endswith("Z")


def test_input_path_input_and_transformer_shape_what_a_target_gets(bare: Twin, inbox: Any, rule: Any) -> None:
    transformer = {"InputPathsMap": {"who": "$.detail.who"}, "InputTemplate": '{"dear": "<who>"}'}
    rule(
        {"source": ["shop"]},
        {**QUEUE, "InputPath": "$.detail.who"},
        {**QUEUE, "Input": '{"fixed": 1}'},
        {**QUEUE, "InputTransformer": transformer},
    )
    put_event(bare, {"who": "ann"})
    got: list[Any] = []
    until(lambda: got.extend(inbox()) or len(got) == 3, "three messages")
    assert "ann" in got
    assert {"fixed": 1} in got
    assert {"dear": "ann"} in got


def test_functions_machines_topics_and_logs_are_really_called(
    bare: Twin, functions: FakeFunctions, inbox: Any, rule: Any, tmp_path: Path
) -> None:
    functions.register(FunctionSource("heard", tmp_path, "a.b", {}, (), 3, 128, ROLE, "log"))
    client = bare.clients.get
    machine = client("stepfunctions").create_state_machine(name="m", definition=json.dumps(PASS), roleArn=ROLE)
    topic = client("sns").create_topic(Name="t")["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE["Arn"])
    client("logs").create_log_group(logGroupName="events")
    targets = [f"arn:aws:lambda:{WHERE}:function:heard", machine["stateMachineArn"], topic]
    rule({"source": ["shop"]}, *({"Arn": arn} for arn in [*targets, f"arn:aws:logs:{WHERE}:log-group:events"]))
    put_event(bare, {"x": 1})
    (call,) = until(lambda: functions.calls, "the function's call")
    assert (call[0], call[1]["detail"], call[2]) == ("heard", {"x": 1}, "Event")
    executions = until(
        lambda: client("stepfunctions").list_executions(stateMachineArn=machine["stateMachineArn"])["executions"],
        "an execution",
    )
    given = client("stepfunctions").describe_execution(executionArn=executions[0]["executionArn"])["input"]
    assert json.loads(given)["detail"] == {"x": 1}
    (published,) = until(inbox, "what the topic sent")
    assert json.loads(published["Message"])["detail"] == {"x": 1}
    (stream,) = until(lambda: client("logs").describe_log_streams(logGroupName="events")["logStreams"], "a stream")
    (line,) = until(
        lambda: client("logs").get_log_events(logGroupName="events", logStreamName=stream["logStreamName"])["events"],
        "a line",
    )
    assert json.loads(line["message"])["detail"] == {"x": 1}


def test_what_a_target_refuses_goes_to_its_dead_letter_queue(bare: Twin, inbox: Any, rule: Any) -> None:
    missing = f"arn:aws:lambda:{WHERE}:function:missing"
    rule({"source": ["shop"]}, {"Arn": missing, "DeadLetterConfig": {"Arn": QUEUE["Arn"]}})
    put_event(bare, {"x": 2})
    (event,) = until(inbox, "the dead letter")
    assert event["detail"] == {"x": 2}


def test_a_disabled_rule_delivers_nothing(bare: Twin, inbox: Any, rule: Any) -> None:
    rule({"source": ["shop"]}, QUEUE, State="DISABLED")
    rule({"source": ["shop"]}, {**QUEUE, "Input": '"enabled"'})
    put_event(bare, {})
    assert until(inbox, "the enabled rule's message") == ["enabled"]
    assert inbox() == []


def test_batch_and_executions_tell_of_their_states(bare: Twin, batch: FakeBatch, inbox: Any, rule: Any) -> None:
    rule({"source": ["aws.batch"], "detail": {"status": ["FAILED"]}}, {**QUEUE, "InputPath": "$.detail.jobId"})
    rule(
        {"detail-type": ["Step Functions Execution Status Change"], "detail": {"status": ["RUNNING", "SUCCEEDED"]}},
        {**QUEUE, "InputPath": "$.detail"},
    )
    batch.jobs["j"] = {"jobId": "j"}
    batch.end("j", "FAILED")
    assert until(inbox, "the job's event") == ["j"]
    execution = begin(bare.clients.get("stepfunctions"), PASS, {"a": 1}, name="told")
    got: list[Any] = []
    until(lambda: got.extend(inbox()) or len(got) == 2, "two changes of status")
    began, done = sorted(got, key=lambda detail: detail["status"])
    assert (began["executionArn"], began["stopDate"], began["input"]) == (execution, None, '{"a": 1}')
    assert json.loads(done["output"]) == {"a": 1}
    assert done["stopDate"] >= began["startDate"]


STUCK = {"Type": "Wait", "Seconds": 3600, "End": True}
ENDINGS = {
    "ABORTED": machine({"A": STUCK}, "A"),
    "TIMED_OUT": machine({"A": STUCK}, "A", TimeoutSeconds=1),
    "FAILED": machine({"A": {"Type": "Fail", "Error": "Bad", "Cause": "it was"}}, "A"),
}


@pytest.mark.parametrize("status", ENDINGS)
def test_an_execution_that_ends_badly_is_told_of_with_what_it_was_given(
    bare: Twin, inbox: Any, rule: Any, status: str
) -> None:
    bad = {"status": ["FAILED", "TIMED_OUT", "ABORTED"]}
    rule(
        {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"], "detail": bad},
        {**QUEUE, "InputPath": "$.detail"},
    )
    client = bare.clients.get("stepfunctions")
    execution = begin(client, ENDINGS[status], {"job": "probe"}, name=f"ends-{status.lower()}")
    if status == "ABORTED":
        client.stop_execution(executionArn=execution, error="Operator", cause="enough")
    (told,) = until(inbox, "the end's event")
    about = client.describe_execution(executionArn=execution)
    assert (told["status"], told["executionArn"], about["status"]) == (status, execution, status)
    assert (told["name"], told["stateMachineArn"]) == (about["name"], about["stateMachineArn"])
    assert json.loads(told["input"]) == {"job": "probe"}
    expected = {"ABORTED": ("Operator", "enough"), "FAILED": ("Bad", "it was")}
    assert (told["error"], told["cause"]) == expected.get(status, (told["error"], told["cause"]))
    assert told["stopDate"] >= told["startDate"] > 1_700_000_000_000


@pytest.mark.parametrize(
    ("pattern", "hits"),
    [
        ({"array": {"size": [{"exists": False}]}}, ["child", "plain"]),
        ({"array": {"index": [{"exists": True}]}}, ["child"]),
        ({"$or": [{"array": {"index": [{"exists": True}]}}, {"name": ["plain"]}]}, ["child", "plain"]),
        ({"name": [{"anything-but": ["plain", "child"]}]}, ["parent"]),
        ({"queue": [{"prefix": "arn:spot"}]}, ["parent", "plain"]),
    ],
)
def test_patterns_mean_what_eventbridge_means_by_them(
    bare: Twin, inbox: Any, rule: Any, pattern: Any, hits: list[str]
) -> None:
    rule({"source": ["shop"], "detail": pattern}, {**QUEUE, "InputPath": "$.detail.name"})
    rule({"source": ["other"]}, {**QUEUE, "Input": '"last"'})
    put_event(bare, {"name": "parent", "queue": "arn:spot/1", "array": {"size": 9}})
    put_event(bare, {"name": "child", "queue": "arn:on-demand", "array": {"index": 0}})
    put_event(bare, {"name": "plain", "queue": "arn:spot/2"})
    put_event(bare, {}, source="other")
    got: list[str] = []
    until(lambda: got.extend(inbox()) or "last" in got, "the last event, after which none comes")
    assert sorted(got) == sorted([*hits, "last"])
