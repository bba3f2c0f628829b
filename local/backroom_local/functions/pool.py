"""The warm processes of one function: lent to one invocation each, replaced when they are spent or out of date."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from backroom_local.execution.source import Stamp
from backroom_local.functions.worker import Worker

MOST_WORKERS = 10
"""Invocations of one function at once; one more waits, where on AWS another process would start."""


@dataclass(slots=True)
class Pool:
    """Makes workers with `make` and keeps those that are idle, with the stamp of the source that they imported."""

    make: Callable[[], Worker]
    stamp: Callable[[], Stamp]
    _idle: list[tuple[Worker, Stamp]] = field(default_factory=list)
    _room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST_WORKERS))
    _closed: bool = False

    @contextmanager
    def lend(self) -> Iterator[Worker]:
        """Lend a worker that runs today's source. Raises OSError when one cannot be started."""
        with self._room:
            now = self.stamp()
            worker = self._take(now) or self.make()
            try:
                yield worker
            finally:
                self._give_back(worker, now)

    def close(self) -> None:
        """End the idle ones now and the others when they come back."""
        self._closed = True
        while self._idle:
            self._idle.pop()[0].close()

    def _take(self, now: Stamp) -> Worker | None:
        while self._idle:
            worker, imported = self._idle.pop()
            if worker.usable and imported == now:
                return worker
            worker.close()
        return None

    def _give_back(self, worker: Worker, imported: Stamp) -> None:
        if worker.usable and not self._closed:
            self._idle.append((worker, imported))
        else:
            worker.close()
