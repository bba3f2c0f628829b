"""What the twin hands to the engine: where to call, who ends a Batch job, whom to tell of an execution's status."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


class JobEndings:
    """Wakes those who wait for a Batch job to end; `ended` may be called from any thread, early, late or twice."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._lock = threading.Lock()
        self._waiting: dict[str, threading.Event] = {}

    def ended(self, job_id: str) -> None:
        """Say that a Batch job has ended."""
        with self._lock:
            waiting = self._waiting.get(job_id)
        if waiting is not None:
            waiting.set()

    @contextmanager
    def watch(self, job_id: str) -> Iterator[threading.Event]:
        """Give an event that is set when the Batch job ends while the context lasts."""
        event = threading.Event()
        with self._lock:
            self._waiting[job_id] = event
        try:
            yield event
        finally:
            with self._lock:
                self._waiting.pop(job_id, None)


@dataclass(frozen=True, slots=True)
class Hooks:
    """The engine's view of the twin."""

    client: Callable[[str, str, str | None], Any]
    """(service, region, role ARN or None) -> boto3 client."""
    status_changed: Callable[[Any, str], None]
    """Called with moto's Execution and its new status, before it starts and after it has ended."""
    endings: JobEndings = field(default_factory=JobEndings)
