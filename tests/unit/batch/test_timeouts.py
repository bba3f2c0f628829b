"""Timeouts: from the start of the attempt; SIGTERM, a grace, SIGKILL; never retried (user guide, "Job timeouts")."""

import pytest
from backroom_local.batch.core.model import RetryPolicy
from backroom_local.batch.core.words import TIMED_OUT, Status

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
