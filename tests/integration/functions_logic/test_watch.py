"""The sweep's look at schedules and queues: what is missed, what stands, and that one failure hides nothing else."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from backroom.watching.watch import Watch
from botocore.exceptions import ClientError

from tests.integration.functions_logic.conftest import JOB, REGION, World

MACHINE = f"arn:aws:states:{REGION}:123456789012:stateMachine:"


def schedule(
    scheduler: Any, name: str, machine: str = "backroom-run_job", state: str = "ENABLED", **given: Any
) -> None:
    scheduler.create_schedule(
        Name=name,
        State=state,
        ScheduleExpression="cron(0 3 * * ? *)",
        ScheduleExpressionTimezone="Etc/UTC",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": MACHINE + machine, "RoleArn": "arn:aws:iam::123456789012:role/r", "Input": json.dumps(given)},
    )


@pytest.fixture
def watch(world: World) -> Watch:
    """A watch of a stack whose schedules are as old as they may be for their slots to count."""
    scheduler: Any = boto3.client("scheduler", region_name=REGION)
    given = {"job": JOB, "slot": "<aws.scheduler.scheduled-time>"}
    schedule(scheduler, f"backroom-{JOB}", **given)
    schedule(scheduler, "backroom-off", state="DISABLED", **given)
    schedule(scheduler, "backroom-slotless", job=JOB)
    schedule(scheduler, "backroom-dev-sitemap", machine="backroom-dev-run_job", **given)
    return Watch(world.deployment, scheduler)


def test_a_slot_that_nobody_claims_is_missed_until_a_run_has_it(world: World, watch: Watch) -> None:
    made = watch.scheduler.get_schedule(Name=f"backroom-{JOB}")["CreationDate"]
    now = made + timedelta(days=2)
    (missed,) = watch.look(now).missed
    assert (missed.job, missed.first.hour, missed.first > now - timedelta(days=1, minutes=15)) == (JOB, 3, True)
    world.runs.put_item(Item={"pk": f"claim#{JOB}", "sk": f"{JOB}-20991231T030000Z-0a1b", "run": "by hand"})
    assert watch.look(now).missed == (missed,)
    world.runs.put_item(Item={"pk": f"claim#{JOB}", "sk": f"{missed.first:%Y-%m-%dT%H:%M:%SZ}", "run": "by schedule"})
    assert watch.look(now).missed == ()


def test_the_longest_wait_at_the_front_of_a_queue_is_told(world: World, watch: Watch) -> None:
    settings = replace(world.deployment.settings, fargate_queue="arn:aws:batch:x:1:job-queue/backroom-fargate_spot")
    watch = Watch(replace(world.deployment, settings=settings), watch.scheduler)
    assert watch.look(world.now).front == 0.0
    began = world.now.timestamp() * 1000
    world.batch.fronts = {"arn:queue": int(began - 5_000), settings.fargate_queue: int(began - 4_000_000)}
    seen = watch.look(world.now)
    assert seen.fronts == {"arn:queue": 5.0, "backroom-fargate_spot": 4000.0}
    assert (seen.front, seen.failed) == (4000.0, ())


def test_what_cannot_be_looked_at_is_told_and_hides_nothing_else(
    world: World, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(jobQueue: str) -> Any:  # noqa: N803
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": jobQueue}}, "GetJobQueueSnapshot")

    monkeypatch.setattr(world.batch, "get_job_queue_snapshot", refuse)
    seen = watch.look(world.now + timedelta(days=9999))
    assert len(seen.missed) == 1
    assert "AccessDeniedException" in " ".join(seen.failed)
