"""Functions, services and other machines, called by a machine."""

import json
from typing import Any

import pytest
from backroom_local.template.resource import FunctionSource
from backroom_local.twin import Twin

from tests.integration.twin.stand_ins import FakeFunctions
from tests.integration.twin.waiting import machine, run


@pytest.fixture
def answers(bare: Twin, functions: FakeFunctions, tmp_path: Any) -> FakeFunctions:
    """The function host with one function, `answer`."""
    functions.register(FunctionSource("answer", tmp_path, "a.b", {}, (), 3, 128, "arn", "log"))
    return functions


def test_a_function_is_invoked_and_its_error_has_its_own_name(sfn: Any, answers: FakeFunctions) -> None:
    tries: list[int] = []

    def answer(event: dict[str, Any]) -> dict[str, Any]:
        tries.append(1)
        if len(tries) < 2:
            raise LookupError("not yet")
        if event["n"] > 1:
            raise ValueError("never")
        return {"twice": event["n"] * 2}

    answers.answers["answer"] = answer
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "answer", "Payload": {"n": "{% $states.input.n %}"}},
        "Retry": [{"ErrorEquals": ["LookupError"], "IntervalSeconds": 1, "MaxAttempts": 2}],
        "Output": "{% $states.result.Payload %}",
        "End": True,
    }
    assert run(sfn, machine({"A": task}, "A"), {"n": 1})["output"] == {"twice": 2}
    assert len(tries) == 2
    failed = run(sfn, machine({"A": task}, "A"), {"n": 2})
    assert (failed["status"], failed["error"]) == ("FAILED", "ValueError")
    assert json.loads(failed["cause"])["errorMessage"] == "never"


def chain(steps: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """Make the states that call one service after the other; the result of each is the variable rN."""
    states: dict[str, Any] = {}
    for number, (resource, arguments) in enumerate(steps):
        following = {"Next": str(number + 1)} if number + 1 < len(steps) else {"End": True}
        task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments}
        states[str(number)] = {**task, "Assign": {f"r{number}": "{% $states.result %}"}, **following}
    return states


PUT = {
    "TableName": "t",
    "Item": {"k": {"S": "a"}, "n": {"N": "1"}},
    "ConditionExpression": "attribute_not_exists(k)",
}
UPDATE = {
    "TableName": "t",
    "Key": {"k": {"S": "a"}},
    "UpdateExpression": "SET n = :n",
    "ExpressionAttributeValues": {":n": {"N": "{% $string(2) %}"}},
}


def test_optimized_and_sdk_integrations_reach_their_services(sfn: Any, bare: Twin) -> None:
    bare.clients.get("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    topic = bare.clients.get("sns").create_topic(Name="n")["TopicArn"]
    get = {"TableName": "t", "Key": {"k": {"S": "a"}}}
    states = chain(
        [
            ("dynamodb:putItem", PUT),
            ("dynamodb:updateItem", UPDATE),
            ("aws-sdk:dynamodb:getItem", get),
            ("sns:publish", {"TopicArn": topic, "Message": "m"}),
            ("aws-sdk:sns:listTopics", {}),
        ]
    )
    states["4"]["Output"] = {"item": "{% $r2.Item %}", "topics": "{% $r4.Topics %}"}
    about = run(sfn, machine(states, "0"), {})
    assert about["output"] == {"item": {"k": {"S": "a"}, "n": {"N": "2"}}, "topics": [{"TopicArn": topic}]}, about
    refused = run(sfn, machine(chain([("dynamodb:putItem", PUT)]), "0"), {})
    assert refused["error"] == "DynamoDB.ConditionalCheckFailedException"


def test_a_child_execution_is_started_and_waited_for(sfn: Any, bare: Twin) -> None:
    child = sfn.create_state_machine(
        name="child",
        roleArn="arn:aws:iam::123456789012:role/machine",
        definition=json.dumps(
            machine({"C": {"Type": "Pass", "Output": {"got": "{% $states.input %}"}, "End": True}}, "C")
        ),
    )["stateMachineArn"]
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Arguments": {"StateMachineArn": child, "Input": {"x": 1}},
        "Output": "{% $states.result.Output %}",
        "End": True,
    }
    about = run(sfn, machine({"A": state}, "A"), {})
    assert about["output"] == {"got": {"x": 1}}, about
