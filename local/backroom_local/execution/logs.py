"""Where the lines of containers and functions go: CloudWatch Logs."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from moto.backends import get_backend
from moto.logs.exceptions import ResourceAlreadyExistsException, ResourceNotFoundException

MOST_LINES = 200_000
"""Lines of one container that are kept; the twin holds them in memory."""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """A line, and when it was read (milliseconds since the epoch)."""

    timestamp: int
    message: str


class LogStore(Protocol):
    """Keeps lines by log group and stream."""

    def append(self, group: str, stream: str, events: Sequence[LogEvent], /) -> None:
        """Add events, oldest first. A group or stream that is not there is made."""


class MotoLogs:
    """Moto's CloudWatch Logs in this process: a request over HTTP for every few lines would cost far more CPU."""

    def __init__(self, account: str, region: str) -> None:
        self._backend = partial(_logs, account, region)

    def append(self, group: str, stream: str, events: Sequence[LogEvent]) -> None:
        """As LogStore."""
        backend = self._backend()
        wire = [{"timestamp": event.timestamp, "message": event.message} for event in events]
        try:
            backend.put_log_events(group, stream, wire)
        except ResourceNotFoundException:
            _make(backend, group, stream)
            backend.put_log_events(group, stream, wire)


def _logs(account: str, region: str) -> Any:
    backends: dict[str, dict[str, Any]] = get_backend("logs")
    return backends[account][region]


def _make(backend: Any, group: str, stream: str) -> None:
    with suppress(ResourceAlreadyExistsException):
        backend.create_log_group(group, {})
    with suppress(ResourceAlreadyExistsException):
        backend.create_log_stream(group, stream)


class LogWriter:
    """Writes one container's lines to its stream: every read of its output is one batch."""

    def __init__(
        self,
        store: LogStore,
        group: str,
        stream: str,
        also: Callable[[str], object] = lambda _line: None,
        clock: Callable[[], float] = time.time,
        most_lines: int = MOST_LINES,
    ) -> None:
        self._store, self._group, self._stream = store, group, stream
        self._also, self._clock = also, clock
        self._most = self._room = most_lines

    def write(self, lines: Sequence[str]) -> None:
        """Add lines; those over the most are dropped, which the last line says. CloudWatch takes no empty event."""
        for line in lines:
            self._also(line)
        kept = lines[: self._room]
        if kept and len(kept) == self._room:
            kept = [*kept, f"the local twin keeps {self._most} lines of a container: what follows is dropped"]
        self._room -= min(len(lines), self._room)
        now = int(self._clock() * 1000)
        if events := [LogEvent(now, line) for line in kept if line]:
            self._store.append(self._group, self._stream, events)
