"""One warm process of a function, which answers one invocation at a time."""

import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backroom_local.execution.child import Child
from backroom_local.execution.logs import LogWriter
from backroom_local.execution.program import Exit, Program
from backroom_local.execution.supervisor import Supervisor
from backroom_local.functions import bootstrap
from backroom_local.functions.invocation import Invocation, answered, crashed, timed_out
from backroom_local.template.resource import FunctionSource

IMPORT_SECONDS = 60.0
"""Lambda gives 10 for it, on a machine of its own."""
_PATIENCE_SECONDS = 5.0
"""For the last lines of a log, or the end of a process that hung up; both are on their way."""


@dataclass(frozen=True, slots=True)
class Request:
    """An invocation to answer."""

    request_id: str
    arn: str
    payload: bytes
    timeout: float
    """Seconds that the handler may take."""


class Worker:
    """A process that holds the imported handler. `invoke` is for one thread at a time."""

    def __init__(
        self, supervisor: Supervisor, function: FunctionSource, environment: Mapping[str, str], log: LogWriter
    ) -> None:
        """Start it. Raises OSError when that fails."""
        self.usable, self._imported = True, False
        self._supervisor, self._log = supervisor, log
        self._lines: list[str] = []
        self._last_line = ""
        self._complete, self._gone = threading.Event(), threading.Event()
        self._code = 0
        self._connection, theirs = socket.socketpair()
        with theirs:
            command = (sys.executable, "-P", bootstrap.__file__, str(theirs.fileno()), function.handler)
            program = Program(command, environment, function.source, function.memory, (theirs.fileno(),))
            self._child: Child = supervisor.run(supervisor.spawn, program, self)

    def invoke(self, request: Request) -> Invocation:
        """Have an invocation answered. One that takes too long or ends the process makes this worker unusable."""
        self._lines, self._last_line = [], f"REPORT RequestId: {request.request_id}\t"
        self._complete.clear()
        try:
            self._await_import()
            told, body = self._exchange(request)
        except TimeoutError:
            return self._time_out(request)
        except (EOFError, OSError):
            return self._crash(request)
        self.usable = told["usable"]
        self._complete.wait(_PATIENCE_SECONDS)
        return answered(told["failed"], body, self._text())

    def _await_import(self) -> None:
        """Importing the handler counts not against the function's timeout."""
        if not self._imported:
            self._connection.settimeout(IMPORT_SECONDS)
            bootstrap.receive(self._connection)
            self._imported = True

    def _exchange(self, request: Request) -> tuple[dict[str, Any], bytes]:
        self._connection.settimeout(request.timeout)
        header = {"id": request.request_id, "arn": request.arn, "deadline": time.time() + request.timeout}
        bootstrap.send(self._connection, header, request.payload)
        return bootstrap.receive(self._connection)

    def close(self) -> None:
        """End it, in some seconds at most. Returns at once."""
        self.usable = False
        self._connection.close()
        self._supervisor.call(self._child.terminate, _PATIENCE_SECONDS)

    def output(self, lines: Sequence[str]) -> None:
        """As Watcher."""
        self._log.write(lines)
        self._lines.extend(lines)
        if any(line.startswith(self._last_line) for line in lines):
            self._complete.set()

    def ended(self, result: Exit) -> None:
        """As Watcher."""
        self.usable, self._code = False, result.code
        self._gone.set()

    def _time_out(self, request: Request) -> Invocation:
        self.usable = False
        self._supervisor.call(self._child.kill)
        self._gone.wait(_PATIENCE_SECONDS)
        return timed_out(request.request_id, request.timeout, self._text())

    def _crash(self, request: Request) -> Invocation:
        self.usable = False
        if not self._gone.wait(_PATIENCE_SECONDS):
            self._supervisor.call(self._child.kill)
            self._gone.wait(_PATIENCE_SECONDS)
        return crashed(request.request_id, self._code, self._text())

    def _text(self) -> str:
        return "".join(f"{line}\n" for line in self._lines)
