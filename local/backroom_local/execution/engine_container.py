"""One container of an engine: created, started with its output attached, looked at when it has ended, and removed."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor as Threads
from contextlib import suppress
from pathlib import Path

from backroom_local.execution.credentials_endpoint import Admission
from backroom_local.execution.engine import Engine, EngineError
from backroom_local.execution.failures import OUT_OF_MEMORY, CannotStartContainerError, NotStartedError
from backroom_local.execution.interface import Ended
from backroom_local.execution.logs import LogWriter
from backroom_local.execution.program import Exit, Program
from backroom_local.execution.supervisor import Supervisor


class EngineContainer:
    """An Execution. Its commands to the engine take their time and so run on threads of their own."""

    def __init__(
        self,
        name: str,
        engine: Engine,
        supervisor: Supervisor,
        threads: Threads,
        log: LogWriter,
        started: Callable[[], None],
        finished: Callable[["EngineContainer", Ended], None],
    ) -> None:
        self.name = name
        self.admission: Admission | None = None
        """Its way to credentials, once it has one."""
        self._engine, self._supervisor, self._threads, self._log = engine, supervisor, threads, log
        self._tell_started, self._finished = started, finished
        self._stopped = False

    def terminate(self, grace_seconds: float) -> None:
        """As Execution. One that has not begun never will."""
        self._send("TERM")
        self._supervisor.later(grace_seconds, self.kill)

    def kill(self) -> None:
        """As Execution."""
        self._send("KILL")

    def begin(self) -> None:
        """Start the container that was created; on the supervisor's thread."""
        try:
            if self._stopped:
                raise CannotStartContainerError("it was stopped before it started")
            command = (self._engine.program, "start", "--attach", self.name)
            self._supervisor.spawn(Program(command, self._engine.environment, Path("/")), self)
        except NotStartedError as error:
            self.fail(error)
        except OSError as error:
            self.fail(CannotStartContainerError(str(error)))
        else:
            self._tell_started()

    def fail(self, error: NotStartedError) -> None:
        """End it without a start; from any thread."""
        self._threads.submit(self._conclude, Ended(None, str(error)))

    def output(self, lines: Sequence[str]) -> None:
        """As Watcher."""
        self._log.write(lines)

    def ended(self, result: Exit) -> None:
        """As Watcher: the command that was attached has ended."""
        self._threads.submit(lambda: self._conclude(self._look(result.code)))

    def _look(self, code: int) -> Ended:
        try:
            state = self._engine.state(self.name)
        except EngineError:
            return Ended(code)
        if not state.began:
            return Ended(None, str(CannotStartContainerError(state.error)))
        return Ended(state.exit_code, OUT_OF_MEMORY if state.out_of_memory else None)

    def _conclude(self, ended: Ended) -> None:
        with suppress(EngineError):
            self._engine.call("rm", "--force", self.name)
        self._supervisor.call(self._finished, self, ended)

    def _send(self, name: str) -> None:
        self._stopped = True
        with suppress(RuntimeError):  # of threads that have ended: so has the container
            self._threads.submit(self._signal, name)

    def _signal(self, name: str) -> None:
        with suppress(EngineError):  # of one that does not run
            self._engine.call("kill", f"--signal={name}", self.name)
