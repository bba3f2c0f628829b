"""Watchers beside the work: one saves the checkpoint now and then, others make the container stop in time."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Heartbeat:
    """Runs from `start` until `close`."""

    beat: Callable[[], None]
    seconds: float
    """Between two beats."""
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def start(self) -> None:
        """Begin to beat."""
        self._thread = _start(self._beat)

    def close(self) -> None:
        """End the beat; a save that is under way is finished first."""
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self.seconds):
            self.beat()


@dataclass(frozen=True, slots=True)
class Departure:
    """Makes the container leave in time, whatever it is waiting for by then."""

    leave: Callable[[], object]
    stop: threading.Event
    seconds: float
    """From the request to stop to leaving."""
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to watch."""
        _start(self._watch)

    def cancel(self) -> None:
        """The container leaves by itself."""
        self._over.set()

    def _watch(self) -> None:
        self.stop.wait()
        if not self._over.wait(self.seconds):
            self.leave()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Asks the container to stop after some time; None: never."""

    stop: threading.Event
    seconds: float | None
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to wait."""
        if self.seconds is not None:
            _start(self._wait)

    def cancel(self) -> None:
        """The work has come to its end."""
        self._over.set()

    def _wait(self) -> None:
        if not self._over.wait(self.seconds):
            self.stop.set()


def _start(watcher: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=watcher, name=watcher.__name__.strip("_"), daemon=True)
    thread.start()
    return thread
