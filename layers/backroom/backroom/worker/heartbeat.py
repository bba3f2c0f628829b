"""Watchers beside the work: one saves the checkpoint now and then, two make the container stop in time."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Runs from `start` until `close`."""

    beat: Callable[[], None]
    give_up: Callable[[], None]
    """Called when an item in hand is not finished `grace` seconds after the request to stop."""
    stop: threading.Event
    seconds: float
    """Between two beats."""
    grace: float
    """From the request to stop to giving up."""
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to watch."""
        self._threads.extend(_start(watcher) for watcher in (self._beat, self._watch))

    def close(self) -> None:
        """End the beat; a save that is under way is finished first."""
        self._over.set()
        self._threads[0].join()

    def _beat(self) -> None:
        while not self._over.wait(self.seconds):
            self.beat()

    def _watch(self) -> None:
        self.stop.wait()
        if not self._over.wait(self.grace):
            self.give_up()


@dataclass(frozen=True, slots=True)
class Departure:
    """Lets the container leave in time, whatever it is waiting for by then."""

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


def _start(watcher: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=watcher, name=watcher.__name__.strip("_"), daemon=True)
    thread.start()
    return thread
