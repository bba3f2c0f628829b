"""One container of the host executor: from its Launch to its Ended."""

from collections.abc import Callable, Sequence

from backroom_local.execution.blueprint import Blueprint
from backroom_local.execution.child import Child
from backroom_local.execution.credentials_endpoint import CredentialsEndpoint
from backroom_local.execution.failures import OUT_OF_MEMORY, CannotStartContainerError, NotStartedError
from backroom_local.execution.interface import Ended
from backroom_local.execution.logs import LogWriter
from backroom_local.execution.program import Exit, Program
from backroom_local.execution.scratch import ScratchFolders
from backroom_local.execution.supervisor import Supervisor


class Container:
    """An Execution. Everything but the public methods happens on the supervisor's thread."""

    def __init__(
        self,
        supervisor: Supervisor,
        log: LogWriter,
        started: Callable[[], None],
        ended: Callable[[Ended], None],
        endpoint: CredentialsEndpoint,
        scratch: ScratchFolders,
    ) -> None:
        self._supervisor, self._log = supervisor, log
        self._tell_started, self._tell_ended = started, ended
        self._endpoint, self._scratch = endpoint, scratch
        self._child: Child | None = None
        self._stopped = False
        self._blueprint: Blueprint | None = None

    def terminate(self, grace_seconds: float) -> None:
        """As Execution. One that has not begun never will."""
        self._supervisor.call(self._terminate, grace_seconds)

    def kill(self) -> None:
        """As Execution."""
        self._supervisor.call(self._kill)

    def begin(self, blueprint: Blueprint) -> None:
        """Start it; from any thread."""
        self._supervisor.call(self._begin, blueprint)

    def fail(self, error: NotStartedError) -> None:
        """End it without a start; from any thread."""
        self._supervisor.call(self._tell_ended, Ended(None, str(error)))

    def output(self, lines: Sequence[str]) -> None:
        """As Watcher."""
        self._log.write(lines)

    def ended(self, result: Exit) -> None:
        """As Watcher."""
        self._release()
        self._tell_ended(Ended(result.code, OUT_OF_MEMORY if result.out_of_memory else None))

    def _begin(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        try:
            if self._stopped:
                raise CannotStartContainerError("it was stopped before it started")
            self._child = self._supervisor.spawn(blueprint.program, self)
        except (NotStartedError, OSError) as error:
            self._release()
            self.fail(_reason(error, blueprint.program))
        else:
            self._tell_started()

    def _release(self) -> None:
        if self._blueprint is None:
            return
        if self._blueprint.admission:
            self._endpoint.dismiss(self._blueprint.admission.path)
        self._scratch.take_back(self._blueprint.scratch)

    def _terminate(self, grace_seconds: float) -> None:
        self._stopped = True
        if self._child:
            self._child.terminate(grace_seconds)

    def _kill(self) -> None:
        self._stopped = True
        if self._child:
            self._child.kill()


def _reason(error: NotStartedError | OSError, program: Program) -> NotStartedError:
    if isinstance(error, NotStartedError):
        return error
    if isinstance(error, FileNotFoundError):
        return CannotStartContainerError(f'exec: "{program.argv[0]}": executable file not found in $PATH')
    return CannotStartContainerError(f"exec: {program.argv[0]!r}: {error}")
