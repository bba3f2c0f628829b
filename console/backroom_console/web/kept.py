"""Keeps what was read, for a while or for good, so that several tabs and several pages read it once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(slots=True)
class _Place(Generic[Value]):
    """Where one value is; its lock has the second who asks wait for what the first is reading."""

    lock: Lock = field(default_factory=Lock)
    value: Value | None = None
    until: float = -1.0


class Kept(Generic[Key, Value]):
    """At most `most` values, the one that was not asked for longest going first, each for `seconds`."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._places: OrderedDict[Key, _Place[Value]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, read: Callable[[], Value]) -> Value:
        """Give the value, reading it where it is not there or too old; raises what `read` raises, keeping nothing."""
        place = self._place(key)
        with place.lock:
            if place.value is None or self._clock() >= place.until:
                place.value = read()
                place.until = self._clock() + self._seconds
            return place.value

    def _place(self, key: Key) -> _Place[Value]:
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self._most:
                self._places.popitem(last=False)
            return place
