"""The engine with its gaps filled, through the Step Functions API."""

from typing import Any

import pytest

from tests.integration.twin.waiting import machine, run


def test_context_and_input_are_in_scope(sfn: Any) -> None:
    output = {
        "name": "{% $states.context.Execution.Name %}",
        "id": "{% $states.context.Execution.Id %}",
        "machine": "{% $states.context.StateMachine.Name %}",
        "began": "{% $toMillis($states.context.Execution.StartTime) > 0 %}",
        "given": "{% $states.context.Execution.Input %}",
        "n": "{% $states.input.n %}",
    }
    about = run(sfn, machine({"A": {"Type": "Pass", "Output": output, "End": True}}, "A"), {"n": 1}, name="told-by-us")
    assert about["status"] == "SUCCEEDED", about
    told = about["output"]
    assert (told["name"], told["id"]) == ("told-by-us", about["executionArn"])
    assert about["stateMachineArn"].endswith(told["machine"])
    assert (told["began"], told["given"], told["n"]) == (True, {"n": 1}, 1)


def test_variables_keep_what_they_were_assigned(sfn: Any) -> None:
    quote = 'a "quoted" \\ back\nslash'
    assign = {"quote": quote, "none": None, "n": "{% $states.input.n + 1 %}", "list": [1, "{% $states.input.n %}"]}
    output = {"quote": "{% $quote %}", "none": "{% $none %}", "n": "{% $n %}", "list": "{% $list %}"}
    states = {
        "A": {"Type": "Pass", "Assign": assign, "Next": "B"},
        "B": {"Type": "Pass", "Output": output, "End": True},
    }
    about = run(sfn, machine(states, "A"), {"n": 1})
    assert about["output"] == {"quote": quote, "none": None, "n": 2, "list": [1, 1]}, about


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
