"""How far a portion has come: which items succeeded, were skipped or failed. Exact under threads."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from backroom.worker.portion import Item


@dataclass(frozen=True, slots=True)
class Failure:
    """An item that failed: a line of the failed items (docs/architecture.md)."""

    item: str
    version: str
    error: str
    """CamelCase name of the reason."""
    message: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Progress at one moment."""

    succeeded: tuple[int, ...] = ()
    """Indexes into the portion's items, ascending."""
    skipped: tuple[int, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def items(self) -> dict[str, int]:
        """Counts, as the result has them."""
        return {"succeeded": len(self.succeeded), "failed": len(self.failures), "skipped": len(self.skipped)}


@dataclass(slots=True)
class Progress:
    """Counts what becomes of the items; safe to use from many threads."""

    _succeeded: set[int] = field(default_factory=set)
    _skipped: set[int] = field(default_factory=set)
    _failures: dict[int, Failure] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def restore(self, tally: Tally, items: Iterable[Item]) -> None:
        """Take over what an earlier attempt at the same items did."""
        failed = {failure.item for failure in tally.failures}
        index = {item.id: item.index for item in items if item.id in failed} if failed else {}
        with self._lock:
            self._succeeded.update(tally.succeeded)
            self._skipped.update(tally.skipped)
            self._failures.update({index[failure.item]: failure for failure in tally.failures})

    def succeed(self, item: Item) -> None:
        """The item is done."""
        with self._lock:
            self._succeeded.add(item.index)

    def skip(self, item: Item) -> None:
        """There was nothing to do for the item."""
        with self._lock:
            self._skipped.add(item.index)

    def fail(self, item: Item, error: str, message: str) -> int:
        """The item failed; how many have by now."""
        with self._lock:
            self._failures[item.index] = Failure(item.id, item.version, error, message)
            return len(self._failures)

    def knows(self, item: Item) -> bool:
        """Whether something became of the item already."""
        with self._lock:
            return item.index in self._succeeded or item.index in self._skipped or item.index in self._failures

    def count(self) -> int:
        """Of how many items something became."""
        with self._lock:
            return len(self._succeeded | self._skipped | self._failures.keys())

    def tally(self) -> Tally:
        """All of it as it is now."""
        with self._lock:
            failures = tuple(self._failures[index] for index in sorted(self._failures))
            return Tally(tuple(sorted(self._succeeded)), tuple(sorted(self._skipped)), failures)
