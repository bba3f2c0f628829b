"""Multi-node parallel jobs: all at once, main node first, ends with the main node, retried as a whole."""

import pytest
from backroom_local.batch.core.model import CPU_UNITS, Delays, Need, RetryPolicy
from backroom_local.batch.core.words import TIMED_OUT, Capacity, FaultKind, Status
from backroom_local.batch.drivers.virtual import Sample

from tests.unit.batch.sandbox import LARGE, SMALL, Sandbox, sandbox

NODES = (Need(CPU_UNITS, 500),) * 3


def test_the_main_node_starts_first_and_its_end_is_the_jobs() -> None:
    account = sandbox(vcpus=6)
    job = account.submit("m", nodes=NODES, main_node=1)
    account.samples["m"] = lambda node, _: Sample(100_000 if node.index == 1 else 500_000, 0, start_ms=5000)
    account.run()
    assert account.started == [(0, "m#1"), (5, "m#0"), (5, "m#2")]
    assert (job.status, job.stopped) == (Status.SUCCEEDED, 105_000)
    assert job.family is not None
    assert [node.status for node in job.family.members] == [Status.FAILED, Status.SUCCEEDED, Status.FAILED]


def test_nothing_starts_until_every_node_has_an_instance_alone() -> None:
    """Three nodes of 1 vCPU would fit on two small instances; they get three, when two more have booted."""
    account = sandbox(vcpus=6, delays=Delays(scale_up=60_000))
    account.submit("before", vcpus=2, seconds=100)
    account.run(until=61)
    job = account.submit("m", nodes=NODES)
    account.run(until=219)
    assert job.status is Status.RUNNABLE
    account.run(until=220)
    assert (job.status, account.scheduler.world.environments["ce"].busy) == (Status.RUNNING, 3)


def test_what_is_too_small_and_idle_makes_way() -> None:
    account = Sandbox(Delays(scale_down=10**9))
    account.environment("ce", 16, SMALL, LARGE)
    account.queue("q", "ce")
    account.submit("small", size=6, seconds=1)
    account.run(until=2)
    job = account.submit("m", nodes=(Need(8 * CPU_UNITS, 500),) * 2)
    account.run(until=3)
    assert job.status is Status.RUNNING


@pytest.mark.parametrize("capacity", [Capacity.SPOT, Capacity.FARGATE, Capacity.FARGATE_SPOT])
def test_neither_spot_nor_fargate_takes_one(capacity: Capacity) -> None:
    account = Sandbox()
    account.environment("ce", 16, capacity=capacity)
    account.queue("q", "ce")
    job = account.submit("m", nodes=NODES)
    account.run()
    assert job.status is Status.RUNNABLE
    assert len(account.blocked) == 1


def test_it_is_retried_as_a_whole() -> None:
    account = sandbox(vcpus=6)
    job = account.submit("m", nodes=NODES, retry=RetryPolicy(2), exits=[1, 0])
    account.run()
    assert (job.status, len(job.attempts)) == (Status.SUCCEEDED, 2)
    assert account.names_started() == ["m#0", "m#1", "m#2"] * 2


def test_a_node_that_fails_beside_the_main_one_changes_nothing() -> None:
    account = sandbox(vcpus=6)
    job = account.submit("m", nodes=NODES)
    account.samples["m"] = lambda node, _: Sample(10_000, node.index)
    account.run()
    assert job.status is Status.SUCCEEDED


@pytest.mark.parametrize("how", ["timeout", "terminate", "host"])
def test_it_is_stopped_as_a_whole(how: str) -> None:
    account = sandbox(vcpus=6)
    job = account.submit("m", nodes=NODES, seconds=1000, timeout_ms=200_000 if how == "timeout" else None)
    account.run(until=1)
    if how == "terminate":
        account.scheduler.terminate(account.scheduler.world.job("m#2"), "enough", account.driver.now)
    elif how == "host":
        account.inflict(job, FaultKind.HOST_FAILURE)
    account.run()
    assert job.status is Status.FAILED
    reason = {
        "timeout": TIMED_OUT,
        "terminate": "enough",
        "host": "Host EC2 (instance i-00000000000000001) terminated.",
    }
    assert job.reason == reason[how]
    assert account.scheduler.world.environments["ce"].busy == 0
