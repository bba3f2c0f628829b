"""Patience with AWS below boto3: what may pass is tried again for a minute and a half, answers that break off included.

boto3's own retries do not do: they end after a few attempts, at many faults their quota of retries is used up within
some hundred calls, and an answer that breaks off in its body is not retried at all. So they are switched off where this
is on: there is one retrier. Full jitter, as in
https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.exceptions import HTTPClientError, IncompleteReadError
from urllib3.exceptions import HTTPError

T = TypeVar("T")
ONCE: Final = {"mode": "standard", "total_max_attempts": 1}
"""No retries of botocore's own."""
SECONDS: Final = 90.0
"""After so long there is no further try."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Upper ends of the pauses between tries, in seconds; each is twice the one before."""
BROKEN = (HTTPClientError, NoConnectionError, IncompleteReadError, HTTPError)
"""There was no answer, or not a whole one."""
PASSING_STATUSES = frozenset({429, 500, 502, 503, 504})
PASSING_CODE = re.compile(
    rb"\b(ProvisionedThroughputExceededException|ThrottlingException|Throttling|RequestLimitExceeded|RequestTimeout"
    rb"|TransactionInProgressException)\b"
)
"""Errors of status 400 that pass: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html"""


@dataclass(frozen=True, slots=True)
class Tries:
    """Counts out tries with pauses between them."""

    seconds: float = SECONDS
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def __iter__(self) -> Iterator[bool]:
        """Yield for each try whether it is the last one; the first at once, the others after a pause."""
        deadline, pause = self.clock() + self.seconds, FIRST_PAUSE
        while self.clock() < deadline:
            yield False
            self.sleep(random.uniform(0, pause))  # noqa: S311 - jitter, no secret
            pause = min(2 * pause, LONGEST_PAUSE)
        yield True


def patiently(call: Callable[[], T]) -> T:
    """Give the call's answer, of the first try at which none of BROKEN is raised; raises the last of them."""
    for is_last in Tries():
        try:
            return call()
        except BROKEN:
            if is_last:
                raise
    raise AssertionError("tries end with a last one")


class Http(Protocol):
    """What botocore sends requests by."""

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Send a request; raises HTTPClientError and ConnectionError of botocore."""

    def close(self) -> None:
        """Give up the connections."""


@dataclass(frozen=True, slots=True)
class PatientHttp:
    """Sends a request until there is an answer, whole or a stream that is yet to be read."""

    http: Http
    tries: Tries = Tries()

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Give the answer; after `tries` the last one, whatever it is. Raises the last of BROKEN."""
        for is_last in self.tries:
            try:
                answer = self._once(request)
            except BROKEN:
                if is_last:
                    raise
            else:
                if is_last or not passes(answer):
                    return answer
            request.reset_stream()
        raise AssertionError("tries end with a last one")

    def close(self) -> None:
        """Give up the connections."""
        self.http.close()

    def _once(self, request: AWSPreparedRequest) -> AWSResponse:
        answer = self.http.send(request)
        if answer.status_code >= 300 or not request.stream_output:
            _ = answer.content  # reads it, and keeps it
        return answer


def passes(answer: AWSResponse) -> bool:
    """Whether the same request may have another answer later."""
    if answer.status_code == 400:
        return PASSING_CODE.search(answer.content) is not None
    return answer.status_code in PASSING_STATUSES


def make_patient(client: Any) -> None:
    """Let a boto3 client, made with `ONCE` as its `retries`, send by PatientHttp."""
    endpoint = client._endpoint
    endpoint.http_session = PatientHttp(endpoint.http_session)
