"""A crew of threads over one iterator, so that a portion's reads, work and writes overlap.

Each thread takes the next item only when it is free: at most as many items are in hand as there are threads.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Crew(Generic[T]):
    """Runs a function on every element of an iterator, in threads."""

    def __init__(self, source: Iterator[T], function: Callable[[T], None]) -> None:
        """`source` is advanced by one thread at a time."""
        self._source = source
        self._function = function
        self._lock = threading.Lock()
        self._error: BaseException | None = None

    def run(self, threads: int) -> None:
        """Run to the end. Raises the first error of source or function, once every thread has finished its element."""
        crew = [threading.Thread(target=self._work, name=f"item-{number}") for number in range(threads)]
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join()
        if self._error:
            raise self._error

    def _work(self) -> None:
        try:
            while (element := self._next()) is not None:
                self._function(element)
        except BaseException as error:
            with self._lock:
                self._error = self._error or error

    def _next(self) -> T | None:
        with self._lock:
            return None if self._error else next(self._source, None)
