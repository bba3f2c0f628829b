"""Two watchers beside the work: one saves the checkpoint now and then, one makes the container stop in time."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Runs from `start` until `close`; the beat only until `work_over`."""

    beat: Callable[[], None]
    give_up: Callable[[], None]
    """Called when an item in hand is not finished `grace` seconds after the request to stop."""
    leave: Callable[[], None]
    """Called when the container is still there `last` seconds after that, whatever it is waiting for."""
    stop: threading.Event
    seconds: float
    """Between two beats."""
    grace: float
    """From the request to stop to giving up."""
    last: float
    _idle: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to watch."""
        for watcher in (self._beat, self._watch):
            thread = threading.Thread(target=watcher, name=watcher.__name__.strip("_"), daemon=True)
            thread.start()
            self._threads.append(thread)

    def work_over(self) -> None:
        """End the beat; a save that is under way is finished first."""
        self._idle.set()
        self._threads[0].join()

    def close(self) -> None:
        """There is nothing more to watch."""
        self._over.set()

    def _beat(self) -> None:
        while not self._idle.wait(self.seconds):
            self.beat()

    def _watch(self) -> None:
        self.stop.wait()
        deadline = time.monotonic() + self.grace + self.last
        if not self._idle.wait(self.grace):
            threading.Thread(target=self.give_up, name="give_up", daemon=True).start()
        if not self._over.wait(max(0.0, deadline - time.monotonic())):
            self.leave()
