"""One process group: started, read, stopped and reaped from one asyncio loop, without a thread of its own."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress

from backroom_local.execution.keeping import Keeper
from backroom_local.execution.lines import LineCutter
from backroom_local.execution.program import Exit, Program, Watcher

_CHUNK = 65_536
_POLL_SECONDS = 0.02
_LAST_CHUNKS = 16
"""As much as a pipe can hold; who left the group and writes on is not waited for."""


class Child:
    """A running program. All methods belong to the loop's thread."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        keeper: Keeper,
        program: Program,
        watcher: Watcher,
        gone: Callable[["Child"], None],
    ) -> None:
        """Start `program`; raises OSError when it cannot be. At its end `gone` is called, then the watcher is told."""
        self.program = program
        self._loop, self._keeper, self._watcher, self._gone = loop, keeper, watcher, gone
        self._lines = LineCutter()
        self._out_of_memory = self._ended = False
        self._process, self._output = _spawn(program)
        keeper.begin(self._process.pid)
        loop.add_reader(self._output, self._read)
        self._pidfd = _open_pidfd(self._process.pid)
        if self._pidfd is None:
            loop.call_soon(self._poll)  # not now: the end must not come before the start is known
        else:
            loop.add_reader(self._pidfd, self._finish)

    @property
    def group(self) -> int:
        """Id of the process group, which is its leader's."""
        return self._process.pid

    def terminate(self, grace_seconds: float) -> None:
        """Send SIGTERM to the leader, as `docker stop` does; kill all when it still runs after the grace."""
        if not self._ended:
            with suppress(ProcessLookupError):
                os.kill(self.group, signal.SIGTERM)
            self._loop.call_later(grace_seconds, self.kill)

    def kill(self, out_of_memory: bool = False) -> None:
        """Kill the whole group at once."""
        if not self._ended:
            self._out_of_memory |= out_of_memory
            self._kill_group()

    def _kill_group(self) -> None:
        # macOS answers EPERM for a group of which only the leader's zombie is left.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, signal.SIGKILL)

    def _read(self) -> bool:
        """Pass on what there is; False when there was nothing."""
        try:
            chunk = os.read(self._output, _CHUNK)
        except BlockingIOError:
            return False
        if not chunk:
            self._loop.remove_reader(self._output)
        elif lines := self._lines.feed(chunk):
            self._watcher.output(lines)
        return bool(chunk)

    def _poll(self) -> None:
        if _has_exited(self._process):
            self._finish()
        else:
            self._loop.call_later(_POLL_SECONDS, self._poll)

    def _finish(self) -> None:
        # As in a container, nobody survives the first process. Its zombie still holds the group's number.
        self._ended = True
        self._kill_group()
        self._keeper.end(self.group)
        code = self._process.wait()
        self._close_output()
        self._gone(self)
        self._watcher.ended(Exit(128 - code if code < 0 else code, self._out_of_memory))

    def _close_output(self) -> None:
        if self._pidfd is not None:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
        for _ in range(_LAST_CHUNKS):
            if not self._read():
                break
        if rest := self._lines.finish():
            self._watcher.output(rest)
        self._loop.remove_reader(self._output)
        os.close(self._output)


def _spawn(program: Program) -> tuple["subprocess.Popen[bytes]", int]:
    # Without preexec_fn, Popen starts by vfork: 0.13 ms of CPU however large this process is.
    read, write = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - running what it is given is its purpose
            program.argv,
            cwd=program.folder,
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=write,
            stderr=write,
            start_new_session=True,
            pass_fds=program.pass_fds,
        )
    except BaseException:
        os.close(read)
        raise
    finally:
        os.close(write)
    os.set_blocking(read, False)
    return process, read


def _open_pidfd(pid: int) -> int | None:
    """A descriptor that is readable when the process has ended; None where there is no such thing (macOS)."""
    opener: Callable[[int], int] | None = getattr(os, "pidfd_open", None)
    if opener is None:
        return None
    try:
        return opener(pid)
    except OSError:
        return None


def _has_exited(process: "subprocess.Popen[bytes]") -> bool:
    if hasattr(os, "waitid"):
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    return process.poll() is not None
