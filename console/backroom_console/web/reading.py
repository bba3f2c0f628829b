"""Readers for pages that are asked for at the same time, and what each page has cost in calls."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, LifoQueue
from typing import Any

from backroom_console.connection import Connection
from backroom_console.reader import Reader


@dataclass(slots=True)
class Tally:
    """What was asked of AWS, or of the twin."""

    calls: Counter[str] = field(default_factory=Counter)
    """By service and operation: `dynamodb Query`."""
    items: int = 0
    """That DynamoDB read, those among them that a filter left out; 1 MB of them is a call."""

    @property
    def total(self) -> int:
        """All calls."""
        return self.calls.total()

    def clear(self) -> None:
        """Begin anew."""
        self.calls.clear()
        self.items = 0

    def count(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        """Take note of a call; botocore's event `after-call` gives these, a call's retries being one."""
        service = model.service_model.service_name
        self.calls[f"{service} {model.name}"] += 1
        if service == "dynamodb":
            self.items += parsed.get("ScannedCount", int("Item" in parsed))


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A reader that nobody else uses at the moment, and the tally of what it asks."""

    reader: Reader
    tally: Tally


class Readers:
    """Lends readers: boto3's tables are not for several threads, and a call is to be counted where it was made."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._free: LifoQueue[Borrowed] = LifoQueue()

    @contextmanager
    def borrowed(self) -> Iterator[Borrowed]:
        """Lend a reader whose tally is clear; raises what `connect` raises."""
        try:
            lent = self._free.get_nowait()
        except Empty:
            lent = self._made()
        lent.tally.clear()
        try:
            yield lent
        finally:
            self._free.put(lent)

    def _made(self) -> Borrowed:
        connection, tally = self._connect(), Tally()
        # Clients take the session's listeners with them as they are made.
        connection.session.events.register("after-call", tally.count)
        return Borrowed(Reader(connection), tally)
