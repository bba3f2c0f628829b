"""The twin as a process of its own: what is written down of it, and how it is started, found and ended."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from backroom_local.settings import ACCESS_KEY, SECRET_KEY

_FILE = "twin.json"
_LOG = "twin.log"
_POLL_SECONDS = 0.05


class TwinProcessError(Exception):
    """The twin could not be started, found or ended; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Running:
    """A twin that was started: its process, and where it answers."""

    pid: int
    port: int
    endpoint: str
    region: str
    template: str

    def environment(self) -> dict[str, str]:
        """Give the variables by which any AWS client reaches this twin."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }

    def ask(self, path: str, *, change: bool = False, body: Any = None, timeout: float = 60.0) -> Any:
        """Ask the twin's own interface, `health` for example; raises TwinProcessError with its reason."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_twin/{path}", content, method="POST" if change else "GET")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - a loopback address of ours
                return json.load(answer)
        except urllib.error.HTTPError as error:
            reason = json.loads(error.read() or b"{}").get("message", error.reason)
            raise TwinProcessError(str(reason)) from error
        except OSError as error:
            raise TwinProcessError(f"The twin at {self.endpoint} does not answer: {error}") from error

    def alive(self) -> bool:
        """Say whether its process is there and answers as this twin; another process may have its number by now."""
        try:
            os.kill(self.pid, 0)
            return bool(self.ask("health", timeout=5.0)["pid"] == self.pid)
        except (OSError, TwinProcessError, KeyError):
            return False


def write(state_dir: Path, running: Running) -> None:
    """Write down a twin that answers."""
    path = state_dir / _FILE
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(running), indent=1))
    temporary.replace(path)


def forget(state_dir: Path, pid: int) -> None:
    """Remove what was written of a twin, if it is this one."""
    found = _read(state_dir)
    if found is not None and found.pid == pid:
        (state_dir / _FILE).unlink(missing_ok=True)


def find(state_dir: Path) -> Running | None:
    """Find the twin that runs with this state; what a dead one left is removed."""
    found = _read(state_dir)
    if found is not None and not found.alive():
        (state_dir / _FILE).unlink(missing_ok=True)
        return None
    return found


def _read(state_dir: Path) -> Running | None:
    """Read what was written of a twin; None where there is nothing, or nothing that can be read."""
    try:
        return Running(**json.loads((state_dir / _FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def start(arguments: list[str], state_dir: Path, timeout: float, progress: Callable[[], None]) -> Running:
    """Start a twin in the background and return when it is ready; raises TwinProcessError with the end of its log."""
    state_dir.mkdir(parents=True, exist_ok=True)
    log = state_dir / _LOG
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own module with arguments of ours
            [sys.executable, "-m", "backroom_local", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _await_ready(process, state_dir, timeout, progress)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        raise


def _await_ready(
    process: "subprocess.Popen[bytes]", state_dir: Path, timeout: float, progress: Callable[[], None]
) -> Running:
    """Return when the twin has written itself down; raises TwinProcessError when it ended or takes too long."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        found = _read(state_dir)
        if found is not None and found.pid == process.pid:
            return found
        if process.poll() is not None:
            raise TwinProcessError(_tail(state_dir / _LOG) or f"The twin ended with exit code {process.returncode}.")
        progress()
        time.sleep(_POLL_SECONDS)
    raise TwinProcessError(f"The twin was not ready after {timeout:.0f} s; its log is {state_dir / _LOG}.")


def _tail(log: Path) -> str:
    """Give the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").strip().splitlines()[-5:])


def stop(running: Running, timeout: float) -> None:
    """End a twin, by force when it does not end by itself in time."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.pid, signal.SIGTERM)
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            _reap(running.pid)
            os.kill(running.pid, 0)
            time.sleep(_POLL_SECONDS)
        os.kill(running.pid, signal.SIGKILL)


def _reap(pid: int) -> None:
    """Take the exit status of a child of ours, which would else seem to be alive."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
