"""Two watchers beside the work: one saves the checkpoint now and then, one makes the container stop in time."""

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
        for watcher in (self._beat, self._watch):
            thread = threading.Thread(target=watcher, name=watcher.__name__.strip("_"), daemon=True)
            thread.start()
            self._threads.append(thread)

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
