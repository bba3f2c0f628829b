"""Schedules call their targets at their times."""

import json
from typing import Any

import pytest
from backroom_local.twin import Twin

from tests.integration.twin.waiting import QUEUE, until

ROLE = "arn:aws:iam::123456789012:role/r"
PASS = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


@pytest.fixture
def schedule(bare: Twin) -> Any:
    """Puts a schedule; it is gone after the test."""
    scheduler, made = bare.clients.get("scheduler"), []

    def put(expression: str, target: dict[str, Any], **more: Any) -> str:
        name = f"schedule-{len(made)}"
        arn = scheduler.create_schedule(
            Name=name, ScheduleExpression=expression, FlexibleTimeWindow={"Mode": "OFF"}, Target=target, **more
        )["ScheduleArn"]
        made.append(name)
        return str(arn)

    yield put
    for name in made:
        scheduler.delete_schedule(Name=name)


def test_a_schedule_fires_once_a_time_and_says_which_time_it_was(bare: Twin, inbox: Any, schedule: Any) -> None:
    given = '{"slot": "<aws.scheduler.scheduled-time>", "id": "<aws.scheduler.execution-id>"}'
    target = {**QUEUE, "RoleArn": ROLE, "Input": given}
    arn = schedule("cron(30 * * * ? *)", target, ScheduleExpressionTimezone="Asia/Kolkata")
    schedule("cron(30 * * * ? *)", target, State="DISABLED")
    assert bare.forward(3 * 3600) == [arn] * 3
    got = until(inbox, "three messages")
    assert len(got) == 3
    assert all(message["slot"].endswith(":00:00Z") for message in got)
    assert len({message["slot"] for message in got}) == len({message["id"] for message in got}) == 3


def test_templated_and_universal_targets_start_an_execution(bare: Twin, schedule: Any) -> None:
    client = bare.clients.get("stepfunctions")
    machine = client.create_state_machine(name="scheduled", definition=json.dumps(PASS), roleArn=ROLE)[
        "stateMachineArn"
    ]
    universal = {"StateMachineArn": machine, "Input": '{"how": "universal"}'}
    schedule("rate(1 hour)", {"Arn": machine, "RoleArn": ROLE, "Input": '{"how": "templated"}'})
    arn = "arn:aws:scheduler:::aws-sdk:sfn:startExecution"
    schedule("rate(1 hour)", {"Arn": arn, "RoleArn": ROLE, "Input": json.dumps(universal)})
    bare.forward(3601)
    found = client.list_executions(stateMachineArn=machine)["executions"]
    inputs = [client.describe_execution(executionArn=execution["executionArn"])["input"] for execution in found]
    assert sorted(set(inputs)) == ['{"how": "templated"}', '{"how": "universal"}']
