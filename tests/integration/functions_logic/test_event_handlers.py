"""The handlers that events call, with their sample events."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import observe as observe_function
import pytest
import reconcile as reconcile_function
from backroom.clients import executions, schedules
from backroom.errors import InvalidRequestError, ReconcileError
from backroom.live import LivePortions
from backroom.recording.facts import Phase
from backroom.words import RunStatus
from botocore.exceptions import ClientError

from tests.integration.functions_logic.conftest import RUN, World

EVENTS = Path(__file__).parents[3] / "events"


class Context:
    """What Lambda gives a handler."""

    function_name, memory_limit_in_mb, aws_request_id = "f", 1769, "r"
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:f"


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


@pytest.fixture
def context() -> Iterator[Any]:
    kept = (observe_function.observer.cache_clear, executions.cache_clear, schedules.cache_clear)
    for forget in kept:
        forget()
    yield Context()
    for forget in kept:
        forget()


def test_the_observer_takes_its_sample_event_and_gives_back_what_failed(
    world: World, context: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[tuple[str, Any]] = []
    monkeypatch.setattr(observe_function.logger, "warning", lambda text, **more: warned.append((text, more)))
    world.tenant("acme", 7)
    world.plan()
    event = sample("observe")
    first = event["Records"][0]
    broken = {**first, "messageId": "broken", "body": "{"}
    blocked = json.loads(first["body"]) | {"detail-type": "Batch Job Queue Blocked"}
    blocked["detail"] |= {"status": "RUNNABLE", "statusReason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - none"}
    held_up = {**first, "messageId": "blocked", "body": json.dumps(blocked)}
    answer = observe_function.handler({"Records": [*event["Records"], broken, held_up]}, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "broken"}]}
    ((portion, latest),) = ((one.portion, one.latest) for one in LivePortions(world.runs).of(RUN))
    assert (portion, latest.phase, latest.batch_job_id.rpartition(":")[2]) == (3, Phase.RUNNING, "3")
    assert '"QueuesBlocked":[1.0]' in capsys.readouterr().out
    ((_, told),) = [said for said in warned if said[0] == "queue blocked"]
    assert told["extra"]["queue"] == "backroom-spot"
    assert "INSUFFICIENT_INSTANCE_CAPACITY" in told["extra"]["reason"]


def test_the_reconciler_takes_its_sample_events(
    world: World, context: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Its Batch has the queue that the world's settings name.
    monkeypatch.setattr(reconcile_function, "here", lambda: world.deployment)
    world.tenant("acme", 1)
    world.plan(execution_arn="arn:aws:states:eu-central-1:123456789012:execution:backroom-run_job:gone")
    (waiting,) = reconcile_function.handler(sample("reconcile_sweep"), context)["runs"]
    assert (waiting["run"], waiting["repaired"]) == (RUN, True), "it was planned in the past, and nobody knows it"
    told = capsys.readouterr().out
    assert all(f'"{name}":[1.0]' in told for name in ("RunsRepaired", "Sweeps"))
    assert '"SlotsMissed":[0.0]' in told
    (settled,) = reconcile_function.handler(sample("reconcile"), context)["runs"]
    assert (settled["status"], settled["repaired"]) == (RunStatus.FAILED, False)
    assert json.loads(json.dumps(settled)) == settled
    with pytest.raises(InvalidRequestError, match="run"):
        reconcile_function.handler({"run": "no run's name"}, context)


def test_the_reconciler_raises_what_it_could_not_repair_so_that_somebody_is_alarmed(
    world: World, context: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.tenant("acme", 1)
    world.plan(execution_arn="arn:x")
    monkeypatch.setattr(reconcile_function, "here", lambda: world.deployment)
    monkeypatch.setattr(boto3, "client", lambda _service: NoStepFunctions())
    with pytest.raises(
        ReconcileError, match=f"2 things failed.*{RUN} could not be repaired.*AccessDenied.*schedules: "
    ):
        reconcile_function.handler(sample("reconcile_sweep"), context)
    assert '"ReconcilesFailed":[2.0]' in capsys.readouterr().out


class NoStepFunctions:
    """Services that may not be asked."""

    def get_paginator(self, operation: str) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)

    def describe_execution(self, **_asked: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeExecution")
