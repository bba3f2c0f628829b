"""A share of memory: threads decode as many images at once as fit in it, small ones many, a huge one alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MEMORY = 512 * 1024 * 1024
"""Bytes for decoding, of all threads together. Give the container 2 GiB: files and sizes in hand take as much again."""


class Room:
    """So many bytes for all threads."""

    def __init__(self, size: int) -> None:
        """`size` in bytes."""
        self._size = size
        self._free = size
        self._change = threading.Condition()

    @contextmanager
    def take(self, size: int) -> Iterator[None]:
        """Hold `size` bytes while inside; waits until they are free, or until all is if it is more than that."""
        held = min(size, self._size)
        with self._change:
            self._change.wait_for(lambda: held <= self._free)
            self._free -= held
        try:
            yield
        finally:
            with self._change:
                self._free += held
                self._change.notify_all()
