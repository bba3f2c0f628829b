"""Faults of a twin that runs as a process: a running job's host is lost, and events come badly."""

import json
import re
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import boto3
from backroom_local.rules.rates import EventRates
from backroom_local.rules.trouble import Trouble

from tests.integration.twin.test_process import answer, project
from tests.integration.twin.waiting import QUEUE, until

__all__ = ["project"]

FIRST_WAITS = 'test "$AWS_BATCH_JOB_ATTEMPT" -gt 1 || exec sleep 600; exit 3'
NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]
RULES = [
    {"onStatusReason": "Host EC2*", "action": "RETRY"},
    {"onExitCode": "3", "action": "EXIT"},
    {"onReason": "*", "action": "RETRY"},
]
RATES = EventRates(event_loss=0.2, event_duplication=0.2, event_overtaking=0.2)
SEED = 7
CHILDREN = 100
Told = tuple[int, str]
"""What an event is about: a child's index (-1: the array), and its new status."""


def client(project: Path, service: str) -> Any:
    """Give a client of a project's twin, by what `backroom local env` says."""
    variables = answer(project, "env")["environment"]
    session = boto3.Session("a", "b", region_name=variables["AWS_REGION"])
    return session.client(service, endpoint_url=variables["AWS_ENDPOINT_URL"])  # type: ignore[call-overload]


def define(batch: Any, command: list[str], rules: list[dict[str, str]] | None = None) -> None:
    """Register a definition of up to four attempts."""
    container = {"image": "any", "command": command, "resourceRequirements": NEEDS}
    retries = {"attempts": 4, "evaluateOnExit": rules or []}
    batch.register_job_definition(
        jobDefinitionName="mine", type="container", containerProperties=container, retryStrategy=retries
    )


def host_lost(project: Path, batch: Any, queue: str, kind: str) -> Any:
    """Submit a job, have its host lost in its first attempt, and give how the job ended."""
    job = batch.submit_job(jobName="j", jobQueue=queue, jobDefinition="mine")["jobId"]

    def look(*statuses: str) -> Any:
        (found,) = batch.describe_jobs(jobs=[job])["jobs"]
        return found if found["status"] in statuses else None

    until(lambda: look("RUNNING"), "the job's first attempt")
    assert answer(project, "fault", kind, job) == {"kind": kind, "job": job}
    return until(lambda: look("SUCCEEDED", "FAILED"), "the job's end")


def test_a_running_job_that_loses_its_host_ends_by_its_retry_rules(project: Path) -> None:
    template = project / "template.yaml"
    template.write_text(template.read_text().replace("{Type: EC2,", "{Type: SPOT,"))
    answer(project, "up", "--host-commands", "--delay", "scale_up=1.5")
    batch, queue = client(project, "batch"), answer(project, "env")["outputs"]["Queue"]
    define(batch, ["sh", "-c", FIRST_WAITS], RULES)
    for kind, exit_code in (("spot_reclaim", 143), ("host_failure", None)):
        ended = host_lost(project, batch, queue, kind)
        first, second = ended["attempts"]
        assert re.fullmatch(r"Host EC2 \(instance i-\w+\) terminated\.", first["statusReason"])
        assert (first["container"].get("exitCode"), second["container"]["exitCode"]) == (exit_code, 3)
        assert first["container"]["logStreamName"] != second["container"]["logStreamName"]
        assert second["startedAt"] - first["stoppedAt"] >= 1_500, "the next instance takes that long"
        assert (ended["status"], ended["statusReason"]) == ("FAILED", "Essential container in task exited")


def receive(sqs: Any, inbox: str, found: list[Told]) -> int:
    """Take what a queue has, in its order; gives how much was found by now."""
    for message in sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10).get("Messages", []):
        sqs.delete_message(QueueUrl=inbox, ReceiptHandle=message["ReceiptHandle"])
        event = json.loads(message["Body"])
        what = "BLOCKED" if event["detail-type"].endswith("Blocked") else event["detail"]["status"]
        found.append((event["detail"]["arrayProperties"].get("index", -1), what))
    return len(found)


def told(project: Path, count: int, *options: str) -> list[Told]:
    """Submit an array that finds no capacity, and give the `count` events that a queue is told of it.

    Nothing runs, so its events and their order are the same each time.
    """
    answer(project, "up", "--host-commands", "--fresh", *options)
    batch, sqs, events = (client(project, name) for name in ("batch", "sqs", "events"))
    (environment,) = batch.describe_compute_environments()["computeEnvironments"]
    answer(project, "fault", "no_capacity", environment["computeEnvironmentName"])
    inbox = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    events.put_rule(Name="r", EventPattern='{"source": [{"prefix": "aws."}]}')
    events.put_targets(Rule="r", Targets=[{"Id": "1", **QUEUE}])
    define(batch, ["true"])
    queue = answer(project, "env")["outputs"]["Queue"]
    batch.submit_job(jobName="j", jobQueue=queue, jobDefinition="mine", arrayProperties={"size": CHILDREN})
    found: list[Told] = []
    until(lambda: receive(sqs, inbox, found) >= count, f"{count} events")
    answer(project, "down")
    return found


def test_events_are_lost_doubled_and_overtaken_as_their_seed_says(project: Path) -> None:
    sent = told(project, CHILDREN + 3)
    children = [(index, "RUNNABLE") for index in range(CHILDREN)]
    assert sorted(sent) == [(-1, "PENDING"), (-1, "SUBMITTED"), (0, "BLOCKED"), *children]
    trouble = Trouble(RATES, SEED)
    passed = [one for number in range(len(sent)) for one in trouble.meet(("default", {"source": "aws.", "id": number}))]
    expected = [sent[event["id"]] for _, event in passed + trouble.rest()]
    assert set(sent) - set(expected), "some are lost"
    assert max(Counter(expected).values()) == 2, "some come twice"
    assert [one for one in sent if one in expected] != list(dict.fromkeys(expected)), "some are overtaken"
    rates = [f"--rate={name}={rate}" for name, rate in asdict(RATES).items()]
    assert told(project, len(expected), *rates, f"--seed={SEED}") == expected
