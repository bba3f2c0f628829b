"""CancelJob and TerminateJob, state by state (API reference)."""

import pytest
from backroom_local.batch.core.model import Delays, Dependency, RetryPolicy
from backroom_local.batch.core.words import DependencyKind, Status

from tests.unit.batch.sandbox import Sandbox, sandbox


def in_state(status: Status) -> tuple[Sandbox, str]:
    """A job `j` in this state; in PENDING it depends on `first`, which runs for 60 seconds."""
    account = sandbox(vcpus=2, delays=Delays(evaluate=1000 if status is Status.SUBMITTED else 0))
    first = ("first",) if status in (Status.PENDING, Status.RUNNABLE) else ()
    for name in first:
        account.submit(name, vcpus=2)
    waits = (Dependency(DependencyKind.WHOLE, "first"),) if status is Status.PENDING else ()
    account.submit("j", vcpus=2, seconds=600, dependencies=waits, retry=RetryPolicy(3), exits=[1])
    account.run(until=0.5)
    assert account.scheduler.world.job("j").status is status
    return account, "j"


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.PENDING, Status.RUNNABLE, Status.RUNNING])
def test_terminate(status: Status) -> None:
    account, name = in_state(status)
    job = account.scheduler.world.job(name)
    account.scheduler.terminate(job, "enough", account.driver.now)
    account.run()
    assert (job.status, job.reason, job.terminated) == (Status.FAILED, "enough", True)
    assert len(job.attempts) == (1 if status is Status.RUNNING else 0)


@pytest.mark.parametrize(
    ("status", "canceled", "when"),
    [
        (Status.SUBMITTED, True, 0.5),
        (Status.RUNNABLE, True, 0.5),
        (Status.PENDING, True, 60),
        (Status.RUNNING, False, 1800),
    ],
    ids=str,
)
def test_cancel(status: Status, canceled: bool, when: float) -> None:
    """What runs is left alone; what is PENDING is canceled when its dependencies are done."""
    account, name = in_state(status)
    job = account.scheduler.world.job(name)
    account.scheduler.cancel(job, "enough", account.driver.now)
    account.run()
    assert (job.status, job.canceled, job.reason == "enough") == (Status.FAILED, canceled, canceled)
    assert job.stopped == when * 1000


@pytest.mark.parametrize("how", ["cancel", "terminate"])
def test_an_array_is_stopped_child_by_child(how: str) -> None:
    account = sandbox(vcpus=2)
    job = account.submit("j", size=5, seconds=100, stop_seconds=10)
    account.run(until=1)
    getattr(account.scheduler, how)(job, "enough", account.driver.now)
    account.run(until=2)
    assert job.status is Status.PENDING
    account.run()
    assert job.family is not None
    succeeded = 2 if how == "cancel" else 0
    assert +job.family.counts == {Status.FAILED: 5 - succeeded, **({Status.SUCCEEDED: 2} if succeeded else {})}
    assert (job.status, job.reason) == (Status.FAILED, "enough")
    assert len(account.started) == 2


def test_one_child_can_be_terminated_alone() -> None:
    account = sandbox(vcpus=2)
    job = account.submit("j", size=3)
    account.run(until=1)
    account.scheduler.terminate(account.scheduler.world.job("j:1"), "enough", account.driver.now)
    account.run()
    assert job.family is not None
    assert [child.status is Status.FAILED for child in job.family.members] == [False, True, False]
