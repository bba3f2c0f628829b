"""A share of memory: threads decode as many images at once as fit in it, small ones many, a huge one alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Room:
    """So many bytes for all."""

    free: int
    _change: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def take(self, size: int) -> Iterator[None]:
        """Hold `size` bytes while inside; waits until they are free, or until all is if it is more than that."""
        with self._change:
            self._change.wait_for(lambda: size <= self.free)
            self.free -= size
        try:
            yield
        finally:
            with self._change:
                self.free += size
                self._change.notify_all()
