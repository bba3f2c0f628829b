"""Jobs stuck in RUNNABLE: why, told once, and canceled by jobStateTimeLimitActions (user guide, of the same name)."""

import pytest
from backroom_local.batch.core.model import StateLimit
from backroom_local.batch.core.words import Status

from tests.unit.batch.sandbox import LARGE, Sandbox

REQUIREMENT = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
MAXIMUM = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
INVALID = "ACTION_REQUIRED"


def stuck(reason: str, *limits: StateLimit) -> Sandbox:
    """An account where a job of 8 vCPUs and 20,000 MiB, or any, is stuck for this reason."""
    account = Sandbox()
    account.environment("ce", 4 if reason == MAXIMUM else 16, LARGE, enabled=reason != INVALID)
    account.queue("q", "ce", limits=limits)
    account.scheduler.exhaust("ce", exhausted=reason == CAPACITY)
    return account


@pytest.mark.parametrize("reason", [REQUIREMENT, MAXIMUM, CAPACITY, INVALID])
def test_the_reason_is_told_once_and_shown(reason: str) -> None:
    account = stuck(reason)
    job = account.submit("j", vcpus=8, memory=20_000 if reason == REQUIREMENT else 500)
    account.run(until=1)
    account.submit("behind")
    account.run(until=10)
    assert len(account.blocked) == 1
    assert account.blocked[0].startswith(f"{reason} - ")
    assert account.blocked[0].endswith("instance type [large]" if reason == CAPACITY else ".")
    assert (job.status, job.reason) == (Status.RUNNABLE, account.blocked[0])


@pytest.mark.parametrize("named", [REQUIREMENT, CAPACITY])
def test_the_head_is_canceled_after_its_time_if_the_reason_is_the_one_named(named: str) -> None:
    account = stuck(REQUIREMENT, StateLimit(named, 600_000))
    job = account.submit("j", vcpus=8, memory=20_000)
    behind = account.submit("behind")
    account.run()
    if named == REQUIREMENT:
        assert (job.status, job.stopped) == (Status.FAILED, 600_000)
        assert job.reason == f"Canceled by JobStateTimeLimit action due to reason: {REQUIREMENT}"
        assert behind.status is Status.SUCCEEDED
    else:
        assert (job.status, behind.status) == (Status.RUNNABLE, Status.RUNNABLE)


def test_capacity_that_comes_back_in_time_saves_the_job() -> None:
    account = stuck(CAPACITY, StateLimit(CAPACITY, 600_000))
    job = account.submit("j")
    account.run(until=599)
    account.scheduler.exhaust("ce", exhausted=False)
    account.run()
    assert job.status is Status.SUCCEEDED


def test_waiting_for_others_is_not_being_stuck() -> None:
    account = stuck("")
    account.submit("running", vcpus=8, size=2)
    account.submit("waiting")
    account.run()
    assert account.blocked == []
