"""Keeps what was read, for a while or for good, so that several tabs and several pages read it once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

PATIENCE = 4.0
"""So many times as long as it took to read a value is kept,"""
MOST_SECONDS = 10.0
"""but no longer than this on that account."""


@dataclass(slots=True)
class _Place(Generic[Value]):
    """Where one value is; its lock has the second who asks wait for what the first is reading."""

    lock: Lock = field(default_factory=Lock)
    value: Value | None = None
    until: float = -1.0


class Kept(Generic[Key, Value]):
    """At most `most` values, the one that was not asked for longest going first.

    Each is kept for `seconds`, or longer if it took long to read: what is dear is not read all the time.
    """

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._places: OrderedDict[Key, _Place[Value]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, read: Callable[[], Value]) -> Value:
        """Give the value, reading it where it is not there or too old; raises what `read` raises, keeping nothing."""
        place = self._place(key)
        with place.lock:
            began = self._clock()
            if place.value is None or began >= place.until:
                place.value = read()
                read_at = self._clock()
                place.until = read_at + max(self._seconds, min(PATIENCE * (read_at - began), MOST_SECONDS))
            return place.value

    def has(self, key: Key) -> bool:
        """Say whether there is a value, whatever its age."""
        with self._lock:
            return key in self._places and self._places[key].value is not None

    def _place(self, key: Key) -> _Place[Value]:
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self._most:
                self._places.popitem(last=False)
            return place
