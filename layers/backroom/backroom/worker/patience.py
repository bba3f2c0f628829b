"""Patience with S3: SDKs give up within seconds, a container that has worked for minutes should wait out an outage.

Full jitter, as in https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from obstore.exceptions import GenericError, JoinError, UnauthenticatedError

from backroom.worker.endings import Outage, Stopped

T = TypeVar("T")
_STATUS = re.compile(r"status code: (\d{3})")
_PASSING_CODES = ("ExpiredToken", "RequestTimeout", "OperationAborted")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request is repeated."""

    wait: Callable[[float], bool]
    """Waits that many seconds; True as soon as the container is asked to stop."""
    seconds: float = 300.0
    first: float = 0.2
    """Upper end of the first pause in seconds; each next one doubles it."""
    most: float = 15.0
    clock: Callable[[], float] = time.monotonic

    def call(self, what: str, request: Callable[[], T]) -> T:
        """The request's answer. Raises Outage after `seconds` of passing errors, Stopped if asked to stop meanwhile."""
        deadline = self.clock() + self.seconds
        pause = self.first
        while True:
            try:
                return request()
            except Exception as error:
                if not passing(error):
                    raise
                if self.clock() >= deadline:
                    raise Outage(
                        f"{what} failed for {self.seconds:.0f} s: {_brief(error)}. Batch will try again"
                    ) from error
            if self.wait(random.uniform(0, pause)):  # noqa: S311 - jitter, no secret
                raise Stopped(f"asked to stop while waiting to repeat: {what}")
            pause = min(pause * 2, self.most)


def passing(error: Exception) -> bool:
    """Whether the same request may succeed later: no answer, 5xx, 408, 429, or credentials that ran out just now."""
    text = str(error)
    if isinstance(error, UnauthenticatedError):
        return "credential provider" in text
    if isinstance(error, JoinError | ConnectionError | TimeoutError):
        return True
    if not isinstance(error, GenericError):
        return False
    status = _STATUS.search(text)
    if status is None:
        # Connection refused or lost, name not resolved, time-out, body cut off: "HTTP error". The rest is ours to mend.
        return "HTTP error" in text
    return status[1] in {"408", "429"} or status[1] >= "500" or any(code in text for code in _PASSING_CODES)


def _brief(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:300]
