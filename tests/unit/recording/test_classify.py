"""Every way an attempt can end that AWS has words for, and what it means."""

import pytest
from backroom.recording.classify import Ending, classify, describe
from backroom.words import Cause

EXITED = "Essential container in task exited"
OOM = "OutOfMemoryError: Container killed due to memory usage"
TABLE = [
    (Ending(0), Cause.OK),
    (Ending(0, stopped=True), Cause.OK),
    (Ending(65, status_reason=EXITED), Cause.APP_PERMANENT),
    (Ending(70, status_reason=EXITED), Cause.APP_PERMANENT),
    (Ending(1, status_reason=EXITED), Cause.APP_PERMANENT),
    (Ending(139, status_reason=EXITED), Cause.APP_PERMANENT),
    (Ending(75, status_reason=EXITED), Cause.APP_RETRYABLE),
    (Ending(137, OOM, EXITED), Cause.OUT_OF_MEMORY),
    (Ending(137, "", EXITED), Cause.PLATFORM),
    (Ending(143, "", EXITED), Cause.PLATFORM),
    (Ending(None, "", "Host EC2 (instance i-0a1b2c3d4e5f60718) terminated."), Cause.SPOT_RECLAIM),
    (Ending(75, "", "Host EC2 (instance i-0a1b2c3d4e5f60718) terminated."), Cause.SPOT_RECLAIM),
    (Ending(None, "", "Host EC2 (instance i-0a1b2c3d4e5f60718) stopped."), Cause.HOST_LOST),
    (Ending(None, "", "Your Spot Task was interrupted."), Cause.SPOT_RECLAIM),
    (Ending(None, "CannotPullContainerError: pull image manifest has been retried 1 time(s)"), Cause.IMAGE_PULL),
    (Ending(None, "CannotPullECRContainerError: AccessDeniedException"), Cause.IMAGE_PULL),
    (Ending(None, "ResourceInitializationError: unable to pull secrets"), Cause.PLATFORM),
    (Ending(128, "CannotStartContainerError: Error response from daemon", "Task failed to start"), Cause.PLATFORM),
    (Ending(None, "", "Task failed to start"), Cause.PLATFORM),
    (Ending(None, "DockerTimeoutError: Could not transition to started"), Cause.PLATFORM),
    (Ending(137, "", "Job attempt duration exceeded timeout"), Cause.TIMEOUT),
    (Ending(75, "", "Job attempt duration exceeded timeout"), Cause.TIMEOUT),
    (
        Ending(None, "", "Canceled by JobStateTimeLimit action due to reason: Queue blocked", stopped=True),
        Cause.PLATFORM,
    ),
    (Ending(None, "", "somebody pressed the button", stopped=True), Cause.CANCELLED),
    (Ending(75, "", "somebody pressed the button", stopped=True), Cause.CANCELLED),
    (Ending(143, "", "somebody pressed the button", stopped=True), Cause.CANCELLED),
    (Ending(70, status_reason=EXITED, lost_node="node 1 of 3"), Cause.HOST_LOST),
    (Ending(75, "", "Job attempt duration exceeded timeout", lost_node="node 1 of 3"), Cause.HOST_LOST),
    (Ending(137, OOM, EXITED, lost_node="node 1 of 3"), Cause.OUT_OF_MEMORY),
    (Ending(0, lost_node="node 1 of 3"), Cause.OK),
    (Ending(75, "", "somebody pressed the button", stopped=True, lost_node="node 1 of 3"), Cause.CANCELLED),
    (Ending(None, "", "Dependent Job failed"), Cause.PLATFORM),
    (Ending(), Cause.PLATFORM),
]


@pytest.mark.parametrize(("ending", "cause"), TABLE)
def test_classify(ending: Ending, cause: Cause) -> None:
    assert classify(ending) is cause


def test_the_table_meets_every_cause() -> None:
    assert {cause for _, cause in TABLE} == set(Cause)


def test_an_ending_is_described_without_saying_anything_twice() -> None:
    assert describe(Ending(137, OOM, OOM)) == f"exit code 137, {OOM}"
    assert describe(Ending()) == "Batch gave no reason"
