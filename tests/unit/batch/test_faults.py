"""Faults on demand and at random: spot reclaim, host failure, image pull, out of memory, in AWS's words."""

import pytest
from backroom_local.batch.core.model import Delays, ExitRule, FaultRates, RetryPolicy
from backroom_local.batch.core.words import Capacity, ExitAction, FaultKind, Status

from tests.unit.batch.sandbox import Sandbox, sandbox

FIRST = "Host EC2 (instance i-00000000000000001) terminated."


def on_spot(delays: Delays) -> Sandbox:
    account = Sandbox(delays)
    account.environment("spot", 4, capacity=Capacity.SPOT)
    account.queue("q", "spot")
    return account


@pytest.mark.parametrize(
    ("stop_seconds", "stopped", "exit_code"), [(10, 140, 143), (100, 160, 137)], ids=["obeys SIGTERM", "is killed"]
)
def test_spot_reclaim_gives_notice_then_sigterm_then_kills(stop_seconds: float, stopped: float, exit_code: int) -> None:
    account = on_spot(Delays(spot_notice=120_000))
    job = account.submit("j", seconds=1000, stop_seconds=stop_seconds)
    account.run(until=10)
    account.inflict(job, FaultKind.SPOT_RECLAIM)
    account.run()
    attempt = job.attempts[0]
    assert (attempt.stopped, attempt.exit_code, attempt.status_reason) == (stopped * 1000, exit_code, FIRST)
    assert job.reason == FIRST


def test_spot_reclaim_takes_every_job_of_the_instance_and_places_nothing_there_any_more() -> None:
    account = on_spot(Delays(spot_notice=120_000))
    rules = (ExitRule(ExitAction.RETRY, on_status_reason="Host EC2*"), ExitRule(ExitAction.EXIT, on_reason="*"))
    jobs = [account.submit(f"j{index}", seconds=1000, retry=RetryPolicy(2, rules)) for index in range(2)]
    account.run(until=10)
    account.inflict(jobs[0], FaultKind.SPOT_RECLAIM)
    other = account.submit("other", seconds=1)
    account.run()
    places = [[one.instance[-1] for one in job.attempts] for job in [*jobs, other]]
    assert places == [["1", "3"], ["1", "3"], ["2"]]
    assert {job.status for job in jobs} == {Status.SUCCEEDED}


def test_work_that_ends_well_within_the_notice_is_done() -> None:
    account = on_spot(Delays(spot_notice=120_000))
    job = account.submit("j", seconds=60)
    account.run(until=10)
    account.inflict(job, FaultKind.SPOT_RECLAIM)
    account.run()
    assert job.status is Status.SUCCEEDED


def test_a_host_failure_is_at_once_and_leaves_no_exit_code() -> None:
    account = sandbox()
    job = account.submit("j", seconds=1000, stop_seconds=100)
    account.run(until=10)
    account.inflict(job, FaultKind.HOST_FAILURE)
    account.run()
    attempt = job.attempts[0]
    assert (attempt.stopped, attempt.exit_code, attempt.status_reason) == (10_000, None, FIRST)


def test_fargate_spot_has_its_own_words() -> None:
    account = Sandbox()
    account.environment("ce", 4, capacity=Capacity.FARGATE_SPOT)
    account.queue("q", "ce")
    job = account.submit("j", seconds=1000)
    account.run(until=10)
    account.inflict(job, FaultKind.SPOT_RECLAIM)
    account.run()
    assert job.reason == "Your Spot Task was interrupted."


def test_an_image_that_cannot_be_pulled_never_runs() -> None:
    account = sandbox()
    job = account.submit("j", retry=RetryPolicy(2))
    account.inflict(job, FaultKind.IMAGE_PULL, "no such tag")
    account.run()
    first, second = job.attempts
    assert (first.started, first.exit_code) == (None, None)
    assert (first.status_reason, first.reason) == ("Task failed to start", "CannotPullContainerError: no such tag")
    assert (second.exit_code, job.status) == (0, Status.SUCCEEDED)
    assert Status.RUNNING not in account.states(job)[:4]


@pytest.mark.parametrize("running", [True, False])
def test_out_of_memory(running: bool) -> None:
    account = sandbox()
    job = account.submit("j", retry=RetryPolicy(2))
    account.run(until=10 if running else 0)
    if not running:
        account.scheduler.cancel(job, "", 0)
        job = account.submit("k", retry=RetryPolicy(2))
    account.inflict(job, FaultKind.OUT_OF_MEMORY)
    account.run()
    first = job.attempts[0]
    assert (first.exit_code, first.status_reason) == (137, "Essential container in task exited")
    assert first.reason == "OutOfMemoryError: Container killed due to memory usage"
    assert job.status is Status.SUCCEEDED


def test_random_faults_are_those_of_the_seed() -> None:
    def reasons() -> list[str]:
        account = Sandbox(rates=FaultRates(30.0, 5.0, 0.1, 0.1))
        account.environment("spot", 8, capacity=Capacity.SPOT)
        account.queue("q", "spot")
        job = account.submit("j", size=60, retry=RetryPolicy(10))
        account.run()
        assert job.family is not None
        return [attempt.status_reason + str(attempt.reason) for one in job.family.members for attempt in one.attempts]

    seen = reasons()
    assert seen == reasons()
    assert {reason.split()[0] for reason in seen} == {"Host", "Task", "Essential"}
