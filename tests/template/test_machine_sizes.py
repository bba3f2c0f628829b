"""What run_job keeps of the largest plan fits into a state of Step Functions, whatever became of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from backroom.planning.arrays import MOST_ARRAYS
from backroom_local.engine.expressions import evaluate

MACHINE = json.loads((Path(__file__).resolve().parents[2] / "statemachine/run_job.asl.json").read_text())["States"]
LIMIT = 262_144
"""Bytes of a state's input, output or variable: docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html."""
STAGE = "a_stage_whose_name_is_as_long_as_may_be_"
RUN = "a_job_with_quite_a_long_name-20261127T030000Z-0a1b"


def expression(*path: str) -> str:
    """Give the expression that stands at a place of the machine."""
    node: Any = MACHINE
    for step in path:
        node = node[step]
    text: str = node
    return text.removeprefix("{%").removesuffix("%}")


def size(value: Any) -> int:
    return len(json.dumps(value, separators=(",", ":")).encode())


@pytest.fixture(scope="module")
def arrays() -> list[dict[str, Any]]:
    """As many arrays as a plan may have, a chain of two stages, each in the place where its numbers are longest."""
    after = [{"array": MOST_ARRAYS - 1, "each": False}]
    one = {
        "size": 10_000,
        "stage": 19,
        "queue": "multi_node",
        "memory": 16_384,
        "nodes": 3,
        "after": after,
        "last": False,
    }
    return [{"offset": 9_990_000, **one} for _ in range(MOST_ARRAYS)]


def test_the_plan_and_what_is_due_of_it_fit(arrays: list[dict[str, Any]]) -> None:
    stages = [{"name": STAGE, "definition": f"arn:aws:batch:eu-central-1:123456789012:job-definition/{STAGE}:99999"}]
    payload = {"arrays": arrays, "stages": stages * 20}
    assert size(payload) < LIMIT
    todo = evaluate(expression("Plan", "Assign", "todo"), {"states": {"result": {"Payload": payload}}})
    assert [one["array"] for one in todo] == list(range(MOST_ARRAYS))
    assert size(todo) < LIMIT


@pytest.mark.parametrize(
    "cause",
    [
        json.dumps({"JobId": "4f0a2d5e-7a3c-4a0e-9a52-0d1c5f6b7a88", "StatusReason": "Array Child Job failed"}),
        "the queue is not there " * 40,
    ],
)
def test_what_the_recorder_is_told_fits_though_all_failed(cause: str) -> None:
    array = {"array": 999, "offset": 9_990_000, "size": 10_000, "stage": STAGE, "queue": "multi_node", "memory": 16_384}
    given = {"array": array, "problem": {"Error": "Batch.ClientException", "Cause": cause}}
    states = ("Wave", "ItemProcessor", "States", "Unsuccessful", "Output")
    one = evaluate(expression(*states), {"states": {"input": given}})
    plan = {"portions": 10_000_000, "definition": "d" * 120}
    known = {"job": RUN, "run": RUN, "wave": 23, "plan": plan, "arrays": [one] * MOST_ARRAYS, "problem": {}}
    assert size(evaluate(expression("Record", "Arguments", "Payload"), known)) < LIMIT
