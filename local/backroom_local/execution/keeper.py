"""A process that outlives the twin by a moment and ends the processes that the twin can no longer end.

Run as a script, with the marker, the scratch folder and the container engine's command, if there is one, as arguments.
On its stdin it is told of process groups that begin (`+ID`) and end (`-ID`). The twin's end, by SIGKILL too, is the end
of that stream: then what still runs is killed, on Linux with whoever left his group, found by the marker in his
environment. Containers that have the marker as their label and the scratch folder are removed.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def remember(lines: Iterable[bytes]) -> set[int]:
    """Follow the stream to its end; gives the groups that have begun and not ended."""
    groups: set[int] = set()
    for line in lines:
        if line.endswith(b"\n"):
            (groups.add if line.startswith(b"+") else groups.discard)(int(line[1:]))
    return groups


def find_marked(marker: str, proc: Path = Path("/proc")) -> list[int]:
    """Give the processes whose environment has `marker` (NAME=VALUE); empty where there is no /proc."""
    wanted = marker.encode()
    return [int(folder.name) for folder in proc.glob("[0-9]*") if wanted in _environment(folder).split(b"\0")]


def _environment(folder: Path) -> bytes:
    try:
        return (folder / "environ").read_bytes()
    except OSError:
        return b""


def end(groups: Iterable[int], marker: str) -> None:
    """Kill the groups, then whoever carries the marker."""
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    for pid in find_marked(marker):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def remove_containers(engine: str, marker: str) -> None:
    """Remove the containers that have the label `marker`, running or not."""
    listed = subprocess.run([engine, "ps", "-aq", f"--filter=label={marker}"], capture_output=True, check=False)  # noqa: S603
    if names := listed.stdout.decode().split():
        subprocess.run([engine, "rm", "--force", *names], capture_output=True, check=False)  # noqa: S603


if __name__ == "__main__":
    # The terminal's Ctrl-C is for the twin, whose end this process waits for.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end(remember(sys.stdin.buffer), sys.argv[1])
    for engine in sys.argv[3:]:
        remove_containers(engine, sys.argv[1])
    shutil.rmtree(sys.argv[2], ignore_errors=True)
