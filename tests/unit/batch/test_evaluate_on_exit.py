"""Retry strategies: at most so many attempts; the first rule that matches decides; none means another attempt."""

import pytest
from backroom_local.batch.core.model import ExitRule, RetryPolicy
from backroom_local.batch.core.records import Attempt
from backroom_local.batch.core.retries import matches, retries
from backroom_local.batch.core.words import ExitAction, Status

from tests.unit.batch.sandbox import sandbox

RETRY, EXIT = ExitAction.RETRY, ExitAction.EXIT
HOST = "Host EC2 (instance i-0a1b2c3d4e5f67890) terminated."
EXITED = "Essential container in task exited"
OOM = "OutOfMemoryError: Container killed due to memory usage"


@pytest.mark.parametrize(
    ("rules", "exit_code", "reason", "status_reason", "again"),
    [
        ([], 1, None, EXITED, True),
        ([ExitRule(EXIT, on_exit_code="1")], 1, None, EXITED, False),
        ([ExitRule(EXIT, on_exit_code="1")], 2, None, EXITED, True),
        ([ExitRule(EXIT, on_exit_code="1*")], 137, OOM, EXITED, False),
        ([ExitRule(RETRY, on_status_reason="Host EC2*"), ExitRule(EXIT, on_reason="*")], None, None, HOST, True),
        ([ExitRule(RETRY, on_status_reason="Host EC2*"), ExitRule(EXIT, on_reason="*")], 1, None, EXITED, False),
        ([ExitRule(EXIT, on_reason="*"), ExitRule(RETRY, on_exit_code="75")], 75, None, EXITED, False),
        ([ExitRule(RETRY, on_exit_code="75"), ExitRule(EXIT, on_reason="*")], 75, None, EXITED, True),
        ([ExitRule(EXIT, on_exit_code="137", on_reason="OutOfMemoryError*")], 137, OOM, EXITED, False),
        ([ExitRule(EXIT, on_exit_code="137", on_reason="OutOfMemoryError*")], 137, None, EXITED, True),
        (
            [ExitRule(RETRY, on_reason="CannotPullContainerError:*"), ExitRule(EXIT, on_reason="*")],
            None,
            OOM,
            "",
            False,
        ),
        ([ExitRule(EXIT, on_exit_code="0")], None, None, HOST, True),
    ],
)
def test_the_first_rule_that_matches_decides(
    rules: list[ExitRule], exit_code: int | None, reason: str | None, status_reason: str, again: bool
) -> None:
    attempt = Attempt(1, 0, 1, exit_code, reason, status_reason, "i-1")
    assert retries(RetryPolicy(2, tuple(rules)), attempt) is again


@pytest.mark.parametrize(("pattern", "text", "fits"), [("Host*", "Host EC2", True), ("Host", "Host EC2", False)])
@pytest.mark.parametrize("never", [False, True])
def test_a_star_is_special_at_the_end_only(pattern: str, text: str, fits: bool, never: bool) -> None:
    assert matches("X" + pattern if never else pattern, text) is (fits and not never)
    assert matches("*st", "Host") is False
    assert matches("*", None) is True


def test_attempts_are_the_most_that_there_are() -> None:
    account = sandbox()
    job = account.submit("j", retry=RetryPolicy(3), exits=[1])
    account.run()
    assert (job.status, len(job.attempts), job.reason) == (Status.FAILED, 3, EXITED)


def test_a_retry_goes_before_those_that_wait() -> None:
    account = sandbox(vcpus=2)
    account.submit("first", vcpus=2, retry=RetryPolicy(2), exits=[1, 0])
    account.submit("second", vcpus=2)
    account.run()
    assert account.names_started() == ["first", "first", "second"]
