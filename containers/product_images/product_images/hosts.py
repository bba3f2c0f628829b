"""Good manners towards the hosts of images: few requests at once, not too many a second, rest where they ask for it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from backroom.worker.web import RefusedByServer, WebReason

from product_images.params import Manners
from product_images.reasons import HostAsksForRest, HostGivenUp

LONGEST_REST = 120.0
"""Seconds for which a host is waited for."""
MOST_STUMBLES = 20
"""Failures in a row, each of which might have passed, until a host is given up."""


@dataclass(slots=True)
class Host:
    """What is known of a host."""

    slots: threading.Semaphore
    next_at: float = 0.0
    """When it may be asked again."""
    rest_until: float = 0.0
    stumbles: int = 0
    last: str = ""
    """How it failed last."""


@dataclass(slots=True)
class Hosts:
    """All hosts; safe to use from many threads."""

    manners: Manners
    wait: Callable[[float], object]
    """Waits that many seconds, or raises if the container is to stop."""
    clock: Callable[[], float] = time.monotonic
    _hosts: dict[str, Host] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Hold one of a host's slots, from when it may be asked.

        Raises HostAsksForRest, HostGivenUp, what `wait` raises.
        """
        host = self._find(name)
        with host.slots:
            self.wait(self._pause(name, host))
            yield

    def answered(self, name: str) -> None:
        """Note that a host has answered, be it that there is no such image."""
        with self._lock:
            self._hosts[name].stumbles = 0

    def stumbled(self, name: str, error: WebReason) -> None:
        """Note that a host has failed in a way that may pass, and for how long it asks to be left alone."""
        rest = error.rest if isinstance(error, RefusedByServer) else None
        with self._lock:
            host = self._hosts[name]
            host.stumbles, host.last = host.stumbles + 1, str(error)
            host.rest_until = max(host.rest_until, self.clock() + (rest or 0.0))

    def _find(self, name: str) -> Host:
        with self._lock:
            if name not in self._hosts:
                self._hosts[name] = Host(threading.Semaphore(self.manners.per_host))
            return self._hosts[name]

    def _pause(self, name: str, host: Host) -> float:
        """Give the seconds until the host may be asked, and take the place in the order of those who ask."""
        with self._lock:
            if host.stumbles >= MOST_STUMBLES:
                raise HostGivenUp(f"{name} failed {host.stumbles} times in a row, at last so: {host.last}")
            now = self.clock()
            if host.rest_until - now > LONGEST_REST:
                raise HostAsksForRest(f"{name} asks to be left alone for {host.rest_until - now:,.0f} s more")
            at = max(now, host.next_at, host.rest_until)
            host.next_at = at + 1 / self.manners.rate
            return at - now
