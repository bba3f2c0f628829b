"""What is due when: a heap of callbacks. A timer that has become pointless is not removed; its callback finds out."""

import heapq
from collections.abc import Callable, Iterator
from itertools import count


class Timers:
    """Callbacks by time; those of the same millisecond in the order in which they were set."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = count()

    def set(self, at: int, callback: Callable[[int], None]) -> None:
        """Have `callback(now)` called when `at` has come."""
        heapq.heappush(self._heap, (at, next(self._order), callback))

    @property
    def next(self) -> int | None:
        """When the next one is due."""
        return self._heap[0][0] if self._heap else None

    def due(self, now: int) -> Iterator[Callable[[int], None]]:
        """Take out what is due, also what is set meanwhile."""
        while self._heap and self._heap[0][0] <= now:
            yield heapq.heappop(self._heap)[2]
