"""The engine with its gaps filled, through the Step Functions API."""

import json
from typing import Any

import pytest
from backroom_local.template.resource import FunctionSource
from backroom_local.twin import Twin

from tests.integration.twin.stand_ins import FakeBatch, FakeFunctions
from tests.integration.twin.waiting import begin, ended, run, until


def machine(states: dict[str, Any], start: str, **more: Any) -> dict[str, Any]:
    """Make a JSONata machine."""
    return {"QueryLanguage": "JSONata", "StartAt": start, "States": states, **more}


@pytest.fixture
def sfn(bare: Twin) -> Any:
    """The client."""
    return bare.clients.get("stepfunctions")


@pytest.fixture
def answers(bare: Twin, functions: FakeFunctions, tmp_path: Any) -> FakeFunctions:
    """The function host with one function, `answer`."""
    functions.register(FunctionSource("answer", tmp_path, "a.b", {}, (), 3, 128, "arn", "log"))
    return functions


def test_context_input_and_variables_are_in_scope(sfn: Any) -> None:
    states = {
        "A": {
            "Type": "Pass",
            "Assign": {"quote": 'a "quoted" \\ back\nslash', "none": None, "n": "{% $states.input.n + 1 %}"},
            "Output": {
                "name": "{% $states.context.Execution.Name %}",
                "began": "{% $states.context.Execution.StartTime %}",
            },
            "Next": "B",
        },
        "B": {
            "Type": "Pass",
            "End": True,
            "Output": {
                "name": "{% $states.input.name %}",
                "id": "{% $states.context.Execution.Id %}",
                "machine": "{% $states.context.StateMachine.Name %}",
                "began": "{% $toMillis($states.input.began) > 0 %}",
                "n": "{% $n %}",
                "none": "{% $none %}",
                "quote": "{% $quote %}",
                "given": "{% $states.context.Execution.Input %}",
            },
        },
    }
    about = run(sfn, machine(states, "A"), {"n": 1}, name="job-20260101T000000Z-abcd")
    output = about["output"]
    assert about["status"] == "SUCCEEDED", about
    assert output["name"] == "job-20260101T000000Z-abcd"
    assert output["id"] == about["executionArn"]
    assert about["stateMachineArn"].endswith(output["machine"])
    assert (output["n"], output["none"], output["began"], output["given"]) == (2, None, True, {"n": 1})
    assert output["quote"] == 'a "quoted" \\ back\nslash'


def test_map_and_parallel_have_their_own_scope_and_see_the_outer_one(sfn: Any) -> None:
    inner = {
        "StartAt": "I",
        "States": {
            "I": {"Type": "Pass", "Assign": {"mine": "{% $states.input * $factor %}"}, "Next": "J"},
            "J": {"Type": "Pass", "Output": "{% $mine + $states.context.Map.Item.Index %}", "End": True},
        },
    }
    branch = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Output": "{% $count($mapped) %}", "End": True}}}
    states = {
        "A": {"Type": "Pass", "Assign": {"factor": 10}, "Next": "M"},
        "M": {
            "Type": "Map",
            "Items": "{% $states.input.items %}",
            "MaxConcurrency": 2,
            "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **inner},
            "Assign": {"mapped": "{% $states.result %}"},
            "Next": "P",
        },
        "P": {
            "Type": "Parallel",
            "Branches": [branch, branch],
            "Output": {"m": "{% $mapped %}", "p": "{% $states.result %}"},
            "End": True,
        },
    }
    about = run(sfn, machine(states, "A"), {"items": [1, 2, 3]})
    assert about["output"] == {"m": [10, 21, 32], "p": [3, 3]}, about


@pytest.mark.parametrize(
    ("expression", "why"),
    [("$states.input.nope", "returned nothing (undefined)"), ("$error('no good')", "no good"), ("1 + 'a'", "T2002")],
)
def test_an_expression_that_fails_is_a_query_evaluation_error_that_can_be_caught(
    sfn: Any, expression: str, why: str
) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {"QueueUrl": "{% " + expression + " %}", "MessageBody": "b"},
        "Catch": [
            {"ErrorEquals": ["States.QueryEvaluationError"], "Output": "{% $states.errorOutput %}", "Next": "End"}
        ],
        "End": True,
    }
    about = run(sfn, machine({"A": task, "End": {"Type": "Succeed"}}, "A"), {})
    assert about["status"] == "SUCCEEDED", about
    assert about["output"]["Error"] == "States.QueryEvaluationError"
    assert why in about["output"]["Cause"]


def test_a_choice_and_a_fail_state_evaluate_their_expressions(sfn: Any) -> None:
    states = {
        "C": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n > 3 %}", "Next": "F"}], "Default": "S"},
        "S": {"Type": "Succeed"},
        "F": {"Type": "Fail", "Error": "{% 'Too' & 'Many' %}", "Cause": "{% $string($states.input.n) & ' of 3' %}"},
    }
    about = run(sfn, machine(states, "C"), {"n": 5})
    assert (about["status"], about["error"], about["cause"]) == ("FAILED", "TooMany", "5 of 3")


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


SUBMIT = {
    "Type": "Task",
    "Resource": "arn:aws:states:::batch:submitJob.sync",
    "Arguments": {
        "JobName": "j",
        "JobDefinition": "d",
        "JobQueue": "q",
        "ArrayProperties": {"Size": "{% $states.input.size %}"},
        "ContainerOverrides": {"Environment": [{"Name": "A", "Value": "{% $string($states.input.size) %}"}]},
        "Tags": {"Key:x": "v"},
        "PropagateTags": True,
        "ShareIdentifier": "s",
    },
    "End": True,
}


def job_of(batch: FakeBatch) -> dict[str, Any]:
    """Wait for a job that was submitted."""
    until(lambda: batch.jobs, "a Batch job")
    return next(iter(batch.jobs.values()))


def test_submit_sync_sends_batchs_casing_and_gives_step_functions_casing(sfn: Any, batch: FakeBatch) -> None:
    execution = begin(sfn, machine({"A": SUBMIT}, "A"), {"size": 7})
    job = job_of(batch)
    assert job["arrayProperties"] == {"size": 7}
    assert {"name": "A", "value": "7"} in job["containerOverrides"]["environment"]
    assert (job["tags"], job["propagateTags"], job["shareIdentifier"]) == ({"Key:x": "v"}, True, "s")
    batch.end(job["jobId"], "SUCCEEDED", container={"exitCode": 0})
    output = json.loads(ended(sfn, execution)["output"])
    assert (output["JobId"], output["Status"], output["Container"]) == (job["jobId"], "SUCCEEDED", {"ExitCode": 0})


def test_a_failed_job_is_task_failed_with_its_detail_as_the_cause(sfn: Any, batch: FakeBatch) -> None:
    execution = begin(sfn, machine({"A": SUBMIT}, "A"), {"size": 2})
    job = job_of(batch)
    batch.end(job["jobId"], "FAILED", statusReason="Host EC2 (instance i-1) terminated.")
    about = ended(sfn, execution)
    assert (about["status"], about["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(about["cause"])["StatusReason"] == "Host EC2 (instance i-1) terminated."


def test_a_throttled_submission_is_retried_by_its_name(sfn: Any, batch: FakeBatch) -> None:
    batch.refuse.extend(
        [{"status": 429, "code": "TooManyRequestsException"}, {"status": 500, "code": "ServerException"}]
    )
    names = ["Batch.TooManyRequestsException", "Batch.ServerException"]
    state = {**SUBMIT, "Retry": [{"ErrorEquals": names, "IntervalSeconds": 1, "MaxAttempts": 5}]}
    execution = begin(sfn, machine({"A": state}, "A"), {"size": 2})
    batch.end(job_of(batch)["jobId"], "SUCCEEDED")
    assert ended(sfn, execution)["status"] == "SUCCEEDED"
    assert not batch.refuse


@pytest.mark.parametrize("kind", ["Map", "Parallel"])
def test_an_error_of_a_branch_keeps_its_name(sfn: Any, batch: FakeBatch, kind: str) -> None:
    inner = {"StartAt": "A", "States": {"A": SUBMIT}}
    branches = {"Map": {"Items": [{"size": 2}], "ItemProcessor": inner}, "Parallel": {"Branches": [inner]}}
    execution = begin(sfn, machine({"M": {"Type": kind, **branches[kind], "End": True}}, "M"), {"size": 2})
    batch.end(job_of(batch)["jobId"], "FAILED", statusReason="no")
    assert ended(sfn, execution)["error"] == "States.TaskFailed"


def test_stopping_an_execution_terminates_the_job_that_it_waits_for(sfn: Any, batch: FakeBatch) -> None:
    inner = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "A", "States": {"A": SUBMIT}}
    state = {"Type": "Map", "Items": [{"size": 2}, {"size": 3}], "ItemProcessor": inner, "End": True}
    execution = begin(sfn, machine({"M": state}, "M"), {})
    until(lambda: len(batch.jobs) == 2, "two Batch jobs")
    sfn.stop_execution(executionArn=execution, error="Operator", cause="enough")
    about = sfn.describe_execution(executionArn=execution)
    assert (about["status"], about["error"], about["cause"]) == ("ABORTED", "Operator", "enough")
    until(lambda: all(job["status"] == "FAILED" for job in batch.jobs.values()), "the end of both jobs")
    kinds = [event["type"] for event in sfn.get_execution_history(executionArn=execution)["events"]]
    assert "TaskSucceeded" not in kinds


def test_a_task_that_times_out_terminates_its_job(sfn: Any, batch: FakeBatch) -> None:
    about = run(sfn, machine({"A": {**SUBMIT, "TimeoutSeconds": 1}}, "A"), {"size": 2})
    assert (about["status"], about["error"]) == ("FAILED", "States.Timeout")
    until(lambda: job_of(batch)["status"] == "FAILED", "the end of the job")


def test_optimized_and_sdk_integrations_reach_their_services(sfn: Any, bare: Twin) -> None:
    bare.clients.get("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    topic = bare.clients.get("sns").create_topic(Name="n")["TopicArn"]
    put = {
        "TableName": "t",
        "Item": {"k": {"S": "a"}, "n": {"N": "1"}},
        "ConditionExpression": "attribute_not_exists(k)",
    }
    update = {
        "TableName": "t",
        "Key": {"k": {"S": "a"}},
        "UpdateExpression": "SET n = :n",
        "ExpressionAttributeValues": {":n": {"N": "{% $string(2) %}"}},
    }
    steps = [
        ("dynamodb:putItem", put),
        ("dynamodb:updateItem", update),
        ("aws-sdk:dynamodb:getItem", {"TableName": "t", "Key": {"k": {"S": "a"}}}),
        ("sns:publish", {"TopicArn": topic, "Message": "m"}),
        ("aws-sdk:sns:listTopics", {}),
    ]
    states: dict[str, Any] = {}
    for number, (resource, arguments) in enumerate(steps):
        following = {"Next": str(number + 1)} if number + 1 < len(steps) else {"End": True}
        keep = {"Assign": {f"r{number}": "{% $states.result %}"}}
        states[str(number)] = {
            "Type": "Task",
            "Resource": f"arn:aws:states:::{resource}",
            "Arguments": arguments,
            **keep,
            **following,
        }
    states["4"]["Output"] = {"item": "{% $r2.Item %}", "topics": "{% $r4.Topics %}"}
    about = run(sfn, machine(states, "0"), {})
    assert about["status"] == "SUCCEEDED", about
    assert about["output"] == {"item": {"k": {"S": "a"}, "n": {"N": "2"}}, "topics": [{"TopicArn": topic}]}
    only = {name: value for name, value in states["0"].items() if name != "Next"} | {"End": True}
    refused = run(sfn, machine({"0": only}, "0"), {})
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
