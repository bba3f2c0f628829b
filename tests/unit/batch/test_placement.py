"""Where jobs are placed: vCPU and memory, environments in order, scaling from and to zero, priorities."""

import pytest
from backroom_local.batch.core.model import CPU_UNITS, Delays
from backroom_local.batch.core.words import Capacity, Status
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.batch.sandbox import LARGE, SMALL, Sandbox, sandbox


@pytest.mark.parametrize(
    ("vcpus", "memory", "at_once"),
    [(1, 500, 2), (2, 500, 1), (1, 2001, 1), (1, 2000, 2), (1, 4000, 1)],
    ids=["by cpu", "whole cpu", "memory one too many", "memory just so", "whole memory"],
)
def test_both_vcpu_and_memory_must_fit(vcpus: float, memory: int, at_once: int) -> None:
    """One instance of 2 vCPUs and 4,000 MiB."""
    account = sandbox(vcpus=2)
    for index in range(3):
        account.submit(f"j{index}", vcpus, memory)
    account.run(until=1)
    assert len(account.started) == at_once


def test_two_run_and_four_wait() -> None:
    """The article: room for 2, an array of 6."""
    account = sandbox(vcpus=2)
    job = account.submit("six", size=6)
    account.run(until=1)
    assert job.family is not None
    assert (job.status, +job.family.counts) == (Status.PENDING, {Status.RUNNING: 2, Status.RUNNABLE: 4})
    account.run()
    assert account.names_started() == [f"six:{index}" for index in range(6)]


def test_nothing_runs_before_an_instance_is_there_and_none_stays_after() -> None:
    account = sandbox(delays=Delays(scale_up=120_000, scale_down=300_000))
    environment = account.scheduler.world.environments["ce"]
    assert environment.cpu == 0
    account.submit("j", seconds=60)
    account.run(until=119)
    assert (account.started, environment.cpu) == ([], SMALL.cpu)
    account.run(until=400)
    assert (account.started, environment.cpu) == ([(120.0, "j")], SMALL.cpu)
    account.run()
    assert (environment.cpu, account.now) == (0, 120 + 60 + 300)


def test_the_minimum_is_kept() -> None:
    account = Sandbox(Delays(scale_down=1000))
    environment = account.environment("ce", 8, min_cpu=4 * CPU_UNITS)
    account.queue("q", "ce")
    account.submit("j", size=8)
    account.run(until=1)
    assert environment.cpu == 8 * CPU_UNITS
    account.run()
    assert environment.cpu == 4 * CPU_UNITS


@pytest.mark.parametrize(("may_exceed", "cpu"), [(True, 8), (False, 0)])
def test_the_maximum_is_soft_by_one_instance(may_exceed: bool, cpu: int) -> None:
    """API reference, ComputeResource: some strategies may go above maxvCpus, never by more than one instance."""
    account = Sandbox()
    environment = account.environment("ce", 4, LARGE, may_exceed=may_exceed)
    account.queue("q", "ce")
    account.submit("j", size=20)
    account.run(until=1)
    assert environment.cpu == cpu * CPU_UNITS
    assert len(account.started) == cpu


def test_environments_are_filled_in_their_order() -> None:
    account = Sandbox()
    first = account.environment("first", 2, capacity=Capacity.SPOT)
    second = account.environment("second", 4)
    account.queue("q", "first", "second")
    account.submit("j", size=8)
    account.run(until=1)
    assert [environment.cpu // CPU_UNITS for environment in (first, second)] == [2, 4]
    assert len(account.started) == 6


def test_without_spot_capacity_the_next_environment_takes_over() -> None:
    account = Sandbox()
    account.environment("spot", 2, capacity=Capacity.SPOT)
    account.environment("demand", 2)
    account.queue("q", "spot", "demand")
    account.scheduler.exhaust("spot", exhausted=True)
    job = account.submit("j")
    account.run()
    assert (job.status, job.environment) == (Status.SUCCEEDED, "demand")


def test_a_disabled_environment_takes_nothing_new() -> None:
    account = sandbox()
    running = account.submit("running", seconds=100)
    account.run(until=1)
    account.environment("ce", 4, enabled=False)
    waiting = account.submit("waiting")
    account.run()
    assert (running.status, waiting.status) == (Status.SUCCEEDED, Status.RUNNABLE)
    account.environment("ce", 4)
    account.run()
    assert waiting.status is Status.SUCCEEDED


def test_the_head_of_a_queue_lets_nobody_pass() -> None:
    account = sandbox(vcpus=2)
    account.submit("running", vcpus=1)
    account.submit("wide", vcpus=2)
    account.submit("narrow", vcpus=1)
    account.run()
    assert account.started == [(0, "running"), (60, "wide"), (120, "narrow")]


def test_idle_instances_that_are_too_small_make_way() -> None:
    account = Sandbox(Delays(scale_down=10**9))
    account.environment("ce", 8, SMALL, LARGE)
    account.queue("q", "ce")
    account.submit("small", seconds=1)
    account.run(until=2)
    job = account.submit("large", vcpus=8)
    account.run(until=3)
    assert job.status is Status.RUNNING


def test_fargate_is_as_large_as_its_tasks_and_its_maximum_is_hard() -> None:
    account = Sandbox()
    environment = account.environment("ce", 1, capacity=Capacity.FARGATE)
    account.queue("q", "ce")
    account.submit("j", vcpus=0.25, memory=512, size=6)
    account.run(until=1)
    assert (len(account.started), environment.cpu) == (4, CPU_UNITS)
    account.run()
    assert environment.cpu == 0


def test_the_queue_of_higher_priority_is_served_first() -> None:
    account = sandbox(vcpus=2)
    account.queue("urgent", "ce", priority=10)
    account.submit("running", vcpus=2)
    account.run(until=1)
    account.submit("low", vcpus=2)
    account.submit("high", vcpus=2, queue="urgent")
    account.run()
    assert account.names_started() == ["running", "high", "low"]


@given(jobs=st.lists(st.tuples(st.sampled_from(["low", "middle", "high"]), st.integers(1, 90)), max_size=25))
def test_no_job_of_lower_priority_overtakes(jobs: list[tuple[str, int]]) -> None:
    """With all jobs there from the start and all equally wide, queues are emptied by priority, each in order."""
    account = sandbox(vcpus=2)
    account.submit("blocker", vcpus=2, seconds=1)
    for priority, queue in enumerate(("low", "middle", "high"), 1):
        account.queue(queue, "ce", priority=priority)
    account.run(until=0.5)
    for index, (queue, seconds) in enumerate(jobs):
        account.submit(f"{queue}{index:02}", vcpus=2, seconds=seconds, queue=queue)
    account.run()
    rank = {"high": 0, "middle": 1, "low": 2}
    names = [f"{queue}{index:02}" for index, (queue, _) in enumerate(jobs)]
    assert account.names_started()[1:] == sorted(names, key=lambda name: (rank[name[:-2]], name))
