"""Where the nodes of an attempt meet: a port of the main node, and a certificate that only they have.

The main node makes the certificate and leaves it in the runs bucket, which the other nodes read by the job's role; the
address they know from AWS Batch. Whoever has not the certificate's key is no party to any connection (TLS, both sides):
a scheduler of Dask runs whatever code it is sent.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TypeVar

import orjson
from backroom.worker import Bucket, NodeLost, Work
from backroom.worker.endings import Stopped
from backroom.worker.manifest import read_portion
from backroom.worker.outputs import token
from backroom.worker.patience import Patience
from backroom.worker.settings import Settings, read_settings
from backroom.worker.stores import open_bucket
from distributed.security import Security

NAME = "cluster"
"""Of what is handed over."""
PATIENCE_SECONDS = 600.0
"""How long nodes wait for each other. Batch starts them together, but each pulls its image on a host of its own."""
_POLL_SECONDS = 0.5
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where, and by what right."""

    attempt: str
    """RUN/WAVE/ATTEMPT: what an earlier attempt has left leads nowhere."""
    port: int
    certificate: str
    """PEM; it signs itself."""
    key: str
    """PEM."""

    def security(self) -> Security:
        """Give the same as Dask wants it: nothing goes unencrypted, and each side has to have the key."""
        roles = ("client", "scheduler", "worker")
        files = {f"tls_{role}_key": self.key for role in roles} | {
            f"tls_{role}_cert": self.certificate for role in roles
        }
        return Security(require_encryption=True, tls_ca_file=self.certificate, **files)


def new_meeting(attempt: str, port: int, security: Security) -> Meeting:
    """Give the meeting at a port that Security.temporary() secures."""
    return Meeting(attempt, port, security.tls_ca_file, security.tls_client_key)


def announce(work: Work, meeting: Meeting) -> None:
    """Leave it for the other nodes."""
    work.hand_over(NAME, orjson.dumps(asdict(meeting)))


def find_meeting(environment: Mapping[str, str], stop: threading.Event) -> Meeting:
    """Wait for what the main node leaves for this attempt; for other nodes.

    Raises NodeLost when it has left nothing after PATIENCE_SECONDS, Stopped, and what reading a portion raises.
    """
    settings = read_settings(environment)
    runs = open_bucket(settings.bucket, settings.aws, Patience(stop.wait), environment)
    portion = read_portion(runs, settings.layout, settings.wave, settings.entry)
    key, mine = settings.layout.handover(portion.portion, NAME), _attempt(settings)
    return wait_for(lambda: _read(runs, key, mine), stop, lambda: f"the main node has left no {key} for {mine}")


def wait_for(ask: Callable[[], T | None], stop: threading.Event, missing: Callable[[], str]) -> T:
    """Ask until there is an answer. Raises NodeLost, saying what is missing, after PATIENCE_SECONDS; Stopped."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (answer := ask()) is None:
        if time.monotonic() > end:
            raise NodeLost(f"{missing()} in {PATIENCE_SECONDS:.0f} s: see the logs of the other nodes")
        if stop.wait(_POLL_SECONDS):
            raise Stopped("asked to stop while the nodes waited for each other")
    return answer


def _attempt(settings: Settings) -> str:
    return str(token(settings.layout.run, settings.wave, settings.attempt))


def _read(runs: Bucket, key: str, attempt: str) -> Meeting | None:
    try:
        meeting = Meeting(**orjson.loads(runs.get(key)))
    except FileNotFoundError:
        return None
    return meeting if meeting.attempt == attempt else None
