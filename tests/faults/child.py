"""One process of the protocol as a forked child, and the fault that befalls it: at a line, or at a call of AWS.

The process that forks must have no threads and no connections; what the children import, it has imported already.
"""

import contextlib
import itertools
import mmap
import os
import signal
import struct
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import IO, Any

import obstore
from backroom.clients import connect

ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(f"{ROOT / folder}{os.sep}" for folder in ("layers", "functions", "containers"))
JOB = str(ROOT / "tests/faults/job.py")
_PLACE = struct.Struct("<qq240p")
"""Counted lines, counted calls, the place."""


class Unit(StrEnum):
    """What is counted until the fault."""

    LINE = "line"
    """Executed lines of our code, of all threads."""
    CALL = "call"
    """Before and after each request to AWS."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The process is killed, or else stopped (it is undead), at the `at`-th unit, from 1; 0: never."""

    unit: Unit = Unit.LINE
    at: int = 0
    deadly: bool = True


NONE = Fault()
SURVEY = Fault(at=-1)
"""No fault either, but all units are counted and the places of lines are remembered."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended."""

    code: int | None
    """None: it was killed."""
    place: str
    """Where the fault struck, as `file:line` or the name of the call; empty: it did not."""
    units: Mapping[Unit, int]
    """How many units a survey counted."""
    places: frozenset[str]
    """The distinct places of a survey."""
    answer: bytes
    log: str


@dataclass(slots=True)
class Process:
    """A forked child."""

    pid: int
    shared: mmap.mmap
    answer: IO[bytes]
    log: IO[bytes]
    places: IO[bytes]
    status: int | None = None
    """As waitpid gives it, once it has ended."""

    def stopped(self) -> bool:
        """Wait until the process is stopped or has ended; whether it is stopped."""
        _, status = os.waitpid(self.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            self.status = status
        return os.WIFSTOPPED(status)

    @property
    def place(self) -> str:
        """Where the fault struck; empty: it did not yet."""
        found: bytes = _PLACE.unpack(self.shared[: _PLACE.size])[-1]
        return found.decode()

    def go_on(self) -> None:
        """Let a stopped process go on."""
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """Kill it, stopped or not, and wait for its end."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> Ended:
        """Wait for the end."""
        if self.status is None:
            self.status = os.waitpid(self.pid, 0)[1]
        code = os.waitstatus_to_exitcode(self.status)
        lines, calls, _ = _PLACE.unpack(self.shared[: _PLACE.size])
        answer, log = _content(self.answer), _content(self.log).decode("utf-8", "replace")
        places = frozenset(_content(self.places).decode().split("\n")) - {""}
        return Ended(
            None if code == -signal.SIGKILL else code,
            self.place,
            {Unit.LINE: lines, Unit.CALL: calls},
            places,
            answer,
            log,
        )


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    with file:
        return file.read()


def start(work: Callable[[], bytes], fault: Fault = NONE) -> Process:
    """Fork a child that does the work (gives its answer; SystemExit gives its exit code) until the fault strikes."""
    process = Process(0, mmap.mmap(-1, _PLACE.size), _file(), _file(), _file())
    process.pid = os.fork()
    if process.pid == 0:
        _live(work, fault, process)
    return process


def _file() -> IO[bytes]:
    return tempfile.TemporaryFile()


def _live(work: Callable[[], bytes], fault: Fault, process: Process) -> None:
    code = 1
    try:
        os.dup2(process.log.fileno(), 1)
        os.dup2(process.log.fileno(), 2)
        with Striking(fault, process).armed():
            os.write(process.answer.fileno(), work())
        code = 0
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


class Striking:
    """Counts units in this process and strikes at one of them."""

    def __init__(self, fault: Fault, process: Process) -> None:
        """`process` takes the place where it struck, the count and the places."""
        self._fault, self._shared, self._file = fault, process.shared, process.places
        self._units = {unit: itertools.count(1) for unit in Unit}
        self._places: set[str] = set()
        self._is_ours: dict[str, bool] = {}

    @contextlib.contextmanager
    def armed(self) -> Iterator[None]:
        """Count while inside, if a fault is meant for this process."""
        if not self._fault.at:
            yield
            return
        if self._is_survey or self._fault.unit is Unit.CALL:
            self._arm_calls()
        if self._is_survey or self._fault.unit is Unit.LINE:
            self._arm_lines()
        try:
            yield
        finally:
            sys.settrace(None)
            self._note()
            os.write(self._file.fileno(), "\n".join(self._places).encode())

    @property
    def _is_survey(self) -> bool:
        return self._fault == SURVEY

    def _count(self, unit: Unit, place: Callable[[], str]) -> None:
        number = next(self._units[unit])
        if self._is_survey and unit is Unit.LINE:
            self._places.add(place())
        elif unit is self._fault.unit and number == self._fault.at:
            self._shared[: _PLACE.size] = _PLACE.pack(0, 0, place().encode()[:200])
            # To this thread: it would go on for a while if the kernel chose another one to take a stop.
            signal.pthread_kill(threading.get_ident(), signal.SIGKILL if self._fault.deadly else signal.SIGSTOP)

    def _note(self) -> None:
        """Note the counts in the place of what struck, if anything."""
        counts = (next(self._units[unit]) - 1 for unit in Unit)
        self._shared[:16] = struct.pack("<qq", *counts)

    def _arm_lines(self) -> None:
        threading.settrace(self._called)
        sys.settrace(self._called)

    def _called(self, frame: FrameType, _event: str, _argument: object) -> Any:
        name = frame.f_code.co_filename
        ours = self._is_ours.get(name)
        if ours is None:
            ours = self._is_ours[name] = name.startswith(OURS) or name == JOB
        return self._stepped if ours else None

    def _stepped(self, frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line":
            self._count(Unit.LINE, lambda: f"{Path(frame.f_code.co_filename).relative_to(ROOT)}:{frame.f_lineno}")
        return self._stepped

    def _arm_calls(self) -> None:
        clients = connect()
        for client in (clients.s3, clients.batch, clients.dynamodb.meta.client):
            events = client.meta.events
            events.register("before-send", self._boundary("before"))
            events.register("response-received", self._boundary("after"))
        for name in ("get", "put", "head"):
            setattr(obstore, name, self._around(name, getattr(obstore, name)))

    def _boundary(self, side: str) -> Callable[..., None]:
        def reached(event_name: str, **_: Any) -> None:
            self._count(Unit.CALL, lambda: f"{side} {event_name.partition('.')[2]}")

        return reached

    def _around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(store: Any, key: str, *arguments: Any, **options: Any) -> Any:
            self._count(Unit.CALL, lambda: f"before {name} {key}")
            try:
                return call(store, key, *arguments, **options)
            finally:
                self._count(Unit.CALL, lambda: f"after {name} {key}")

        return counted
