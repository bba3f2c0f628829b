"""Which errors of S3 pass, and how long they are waited out."""

import pytest
from backroom.worker.endings import Outage, Stopped
from backroom.worker.patience import Patience, passing
from obstore.exceptions import (
    AlreadyExistsError,
    GenericError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)

ANSWER = (
    "Generic S3 error: Error performing GET http://s3/b/k in 1ms - Server returned non-2xx status code: {}: <Error>{}"
)


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self, stop_at: float = float("inf")) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self.stop_at = stop_at

    def wait(self, seconds: float) -> bool:
        """Let the time pass."""
        self.now += seconds
        self.pauses.append(seconds)
        return self.now >= self.stop_at


def out_for(clock: Clock, seconds: float) -> str:
    """A request to an S3 that is out until then."""
    if clock.now < seconds:
        raise GenericError(ANSWER.format("503 Service Unavailable", ""))
    return "answer"


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (GenericError(ANSWER.format("500 Internal Server Error", "")), True),
        (GenericError(ANSWER.format("503 Service Unavailable", "<Code>SlowDown</Code>")), True),
        (GenericError(ANSWER.format("429 Too Many Requests", "")), True),
        (GenericError(ANSWER.format("400 Bad Request", "<Code>ExpiredToken</Code>")), True),
        (
            GenericError(
                "Generic S3 error: Error performing GET http://s3/b/k in 1ms - HTTP error: error sending request"
            ),
            True,
        ),
        (UnauthenticatedError("... for path External AWS credential provider: ConnectionError: STS answers 503"), True),
        (ConnectionError("POST https://sts got no answer"), True),
        (GenericError(ANSWER.format("400 Bad Request", "<Code>InvalidArgument</Code>")), False),
        (GenericError("Generic S3 error: HTTP error: request or response body error"), True),
        (GenericError("Generic S3 error: Range started at 5 and ended at 5"), False),
        (GenericError(ANSWER.format("416 Range Not Satisfiable", "")), False),
        (FileNotFoundError("Object at location k not found"), False),
        (PermissionDeniedError("403"), False),
        (UnauthenticatedError("401"), False),
        (AlreadyExistsError("412"), False),
        (PreconditionError("412"), False),
        (ValueError("Could not parse path"), False),
    ],
)
def test_only_errors_that_may_pass_are_waited_out(error: Exception, passes: bool) -> None:
    assert passing(error) is passes


def test_an_outage_of_four_minutes_is_waited_out_with_growing_pauses() -> None:
    clock = Clock()
    patience = Patience(clock.wait, clock=lambda: clock.now)

    assert patience.call("GET s3://b/k", lambda: out_for(clock, 240)) == "answer"
    assert 240 <= clock.now < 240 + patience.most
    assert max(clock.pauses) <= patience.most
    assert len(clock.pauses) < 150


def test_a_longer_outage_ends_the_attempt_and_names_the_request() -> None:
    clock = Clock()
    with pytest.raises(Outage, match=r"GET s3://b/k failed for 300 s.*503"):
        Patience(clock.wait, clock=lambda: clock.now).call("GET s3://b/k", lambda: out_for(clock, 3600))
    assert 300 <= clock.now <= 315


def test_waiting_ends_when_the_container_is_asked_to_stop() -> None:
    clock = Clock(stop_at=20)
    with pytest.raises(Stopped):
        Patience(clock.wait, clock=lambda: clock.now).call("GET s3://b/k", lambda: out_for(clock, 3600))
    assert clock.now < 20 + 15


def test_an_error_that_does_not_pass_is_raised_at_once() -> None:
    clock = Clock()
    with pytest.raises(PermissionDeniedError):
        Patience(clock.wait).call("GET s3://b/k", lambda: (_ for _ in ()).throw(PermissionDeniedError("403")))
    assert clock.pauses == []
