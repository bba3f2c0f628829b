"""Timeouts: from the start of the attempt; SIGTERM, a grace, SIGKILL; never retried (user guide, "Job timeouts")."""

import pytest
from backroom_local.batch.core.model import RetryPolicy
from backroom_local.batch.core.words import TIMED_OUT, FaultKind, Status

from tests.unit.batch.sandbox import sandbox


@pytest.mark.parametrize(
    ("stop_seconds", "grace_ms", "ends_at", "exit_code"),
    [(5, 30_000, 105, 143), (40, 30_000, 130, 137), (40, 120_000, 140, 143)],
    ids=["obeys", "is killed after 30 s", "has a stopTimeout of 120 s"],
)
def test_a_timeout_stops_with_a_grace_and_is_not_retried(
    stop_seconds: float, grace_ms: int, ends_at: float, exit_code: int
) -> None:
    account = sandbox()
    job = account.submit(
        "j", seconds=1000, timeout_ms=100_000, grace_ms=grace_ms, stop_seconds=stop_seconds, retry=RetryPolicy(5)
    )
    account.run()
    assert (job.status, job.reason, len(job.attempts)) == (Status.FAILED, TIMED_OUT, 1)
    assert (job.attempts[0].stopped, job.attempts[0].exit_code) == (ends_at * 1000, exit_code)


def test_each_attempt_and_each_child_has_its_own_time() -> None:
    account = sandbox(vcpus=2)
    job = account.submit("j", size=4, seconds=80, timeout_ms=100_000, retry=RetryPolicy(2), exits=[1, 0])
    account.run()
    assert job.status is Status.SUCCEEDED


def test_waiting_does_not_count() -> None:
    account = sandbox(vcpus=2)
    account.submit("before", vcpus=2, seconds=500)
    job = account.submit("j", vcpus=2, seconds=90, timeout_ms=100_000)
    account.run()
    assert job.status is Status.SUCCEEDED


@pytest.mark.parametrize("how", ["timeout", "terminate"])
def test_a_container_that_ends_well_when_told_to_stop_has_failed_all_the_same(how: str) -> None:
    account = sandbox()
    job = account.submit("j", seconds=1000, timeout_ms=100_000, stop_exit=0)
    account.run(until=10)
    if how == "terminate":
        account.scheduler.terminate(job, "enough", account.driver.now)
    account.run()
    assert (job.status, job.attempts[0].exit_code) == (Status.FAILED, 0)
    assert job.reason == (TIMED_OUT if how == "timeout" else "enough")


def test_a_host_that_fails_during_the_grace_changes_no_verdict() -> None:
    """Else a job that timed out would be retried because of its host."""
    account = sandbox()
    job = account.submit("j", seconds=1000, timeout_ms=100_000, stop_seconds=20, retry=RetryPolicy(5))
    account.run(until=110)
    account.inflict(job, FaultKind.HOST_FAILURE)
    account.run()
    assert (job.status, job.reason, len(job.attempts)) == (Status.FAILED, TIMED_OUT, 1)
    assert job.stopped == 110_000
