"""An event of a Batch job that ran reaches a queue, a function, a machine and a topic, each of them the real one."""

import json
from pathlib import Path
from typing import Any

from tests.integration.twin.test_faults import client, define
from tests.integration.twin.test_process import answer, project
from tests.integration.twin.waiting import QUEUE, WHERE, until

__all__ = ["project"]

HEARD = """
def handler(event, _context):
    if "detail" in event:
        print("heard of", event["detail"]["jobName"], event["detail"]["status"])
    return "hello"
"""
PATTERN = {"source": ["aws.batch"], "detail": {"jobName": ["mine"], "status": ["SUCCEEDED"]}}


def connect(project: Path, outputs: dict[str, str]) -> str:
    """Make a rule with all four targets; gives the URL of the queue, which the topic feeds as well."""
    sqs, sns, events = (client(project, name) for name in ("sqs", "sns", "events"))
    inbox: str = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE["Arn"])
    events.put_rule(Name="r", EventPattern=json.dumps(PATTERN))
    machine = {"Arn": outputs["Machine"], "Input": '{"name": "Ann", "seconds": 0}'}
    targets = [QUEUE, {"Arn": f"arn:aws:lambda:{WHERE}:function:greet"}, machine, {"Arn": topic}]
    events.put_targets(Rule="r", Targets=[{"Id": str(number), **target} for number, target in enumerate(targets)])
    return inbox


def test_a_job_that_ran_calls_every_kind_of_target(project: Path) -> None:
    (project / "function" / "greet.py").write_text(HEARD)
    answer(project, "up", "--host-commands")
    outputs = answer(project, "env")["outputs"]
    inbox, batch = connect(project, outputs), client(project, "batch")
    define(batch, ["true"])
    job = batch.submit_job(jobName="mine", jobQueue=outputs["Queue"], jobDefinition="mine")["jobId"]

    sqs, logs, sfn = (client(project, name) for name in ("sqs", "logs", "stepfunctions"))
    bodies: list[Any] = []

    def received() -> bool:
        messages = sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10).get("Messages", [])
        bodies.extend(json.loads(message["Body"]) for message in messages)
        return len(bodies) == 2

    until(received, "the queue's message and the topic's")
    direct, published = sorted(bodies, key=lambda body: "Message" in body)
    assert direct["detail"]["jobId"] == job
    assert json.loads(published["Message"])["detail"]["container"]["exitCode"] == 0
    said = {"logGroupName": "/aws/lambda/greet", "filterPattern": '"heard of"'}
    (line,) = until(lambda: logs.filter_log_events(**said)["events"], "the function's line")
    assert line["message"].strip() == "heard of mine SUCCEEDED"
    started = {"stateMachineArn": outputs["Machine"]}
    (execution,) = until(lambda: sfn.list_executions(**started)["executions"], "an execution")
    given = sfn.describe_execution(executionArn=execution["executionArn"])["input"]
    assert json.loads(given) == {"name": "Ann", "seconds": 0}
