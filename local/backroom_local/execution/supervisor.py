"""Runs programs: one thread starts, reads, limits, stops and reaps them all."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from backroom_local.execution.child import Child
from backroom_local.execution.keeping import MARKER, Keeper
from backroom_local.execution.memory import SAMPLE_SECONDS, over_limit
from backroom_local.execution.program import Program, Watcher

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Supervisor:
    """A thread with an asyncio loop, on which all that concerns a child happens."""

    def __init__(self, engine: str | None = None) -> None:
        """`engine`: command of a container engine whose containers, labelled with the marker, are to end with this."""
        self.keeper = Keeper(engine)
        self._children: set[Child] = set()
        self._sampling = False
        self._closing = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_report)
        self._thread = threading.Thread(target=self._loop.run_forever, name="supervisor", daemon=True)
        self._thread.start()

    def call(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have `function` called on the supervisor's thread, soon; never once it is closed: nothing runs any more."""
        with suppress(RuntimeError):  # of a closed loop
            self._loop.call_soon_threadsafe(function, *arguments)

    def later(self, seconds: float, function: Callable[[], object]) -> None:
        """Have `function` called on the supervisor's thread after a time, unless it is closed by then."""
        self.call(self._loop.call_later, seconds, function)

    def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Have `function` called on the supervisor's thread; gives or raises what it does. Not from that thread.

        Raises ProcessLookupError once the supervisor is closed: it starts nothing any more.
        """
        future: Future[T] = Future()
        if self._closing.is_set():
            raise ProcessLookupError("the supervisor of processes is closed")
        self.call(_settle, future, function, arguments)
        return future.result()

    def spawn(self, program: Program, watcher: Watcher) -> Child:
        """Start a program; only on the supervisor's thread. Raises OSError when it cannot be started."""
        environment = {**program.environment, MARKER: self.keeper.marker}
        marked = Program(program.argv, environment, program.folder, program.memory_mib, program.pass_fds)
        child = Child(self._loop, self.keeper, marked, watcher, self._children.discard)
        self._children.add(child)
        if program.memory_mib and not self._sampling:
            self._sampling = True
            self._loop.call_later(SAMPLE_SECONDS, self._sample)
        return child

    def _sample(self) -> None:
        limited = {child.group: child for child in self._children if child.program.memory_mib}
        limits = {group: (child.program.memory_mib or 0) * 1024 * 1024 for group, child in limited.items()}
        for group in over_limit(limits):
            limited[group].kill(out_of_memory=True)
        self._sampling = bool(limited)
        if limited:
            self._loop.call_later(SAMPLE_SECONDS, self._sample)

    def close(self) -> None:
        """Kill what still runs, tell its watchers, stop the thread and remove the scratch folder."""
        if self._thread.is_alive():
            self._closing.set()
            self.call(self._wind_up)
            self._thread.join()
            self._loop.close()
            self.keeper.close()

    def _wind_up(self) -> None:
        for child in tuple(self._children):
            child.kill()
        if self._children:
            self._loop.call_later(0.01, self._wind_up)
        else:
            self._loop.stop()


def _settle(future: "Future[T]", function: Callable[..., T], arguments: tuple[Any, ...]) -> None:
    try:
        future.set_result(function(*arguments))
    except Exception as error:
        future.set_exception(error)


def _report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A callback that fails must not end the thread that all other programs hang on."""
    _log.error("a callback of a process failed: %s", context.get("message"), exc_info=context.get("exception"))
