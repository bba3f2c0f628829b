"""The twin's end of the line to the keeper (keeper.py)."""

import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from backroom_local.execution import keeper

MARKER = "BACKROOM_TWIN"
"""Variable by which every process that the twin starts can be known."""


class Keeper:
    """Owns the scratch folder and the process that cleans up when this one is killed."""

    def __init__(self, engine: str | None = None) -> None:
        """Start it; `engine` as in keeper.py."""
        self.marker = uuid.uuid4().hex
        """Value of MARKER; whoever starts a process puts it into its environment."""
        self.scratch = Path(tempfile.mkdtemp(prefix="backroom-"))
        """Folder for short-lived files, removed at the end whatever the end is."""
        command = [sys.executable, "-ISE", keeper.__file__, f"{MARKER}={self.marker}", str(self.scratch)]
        command += [engine] if engine else []
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - ours
        if self._process.stdin is None:
            raise RuntimeError("subprocess gave no pipe for stdin=PIPE")
        self._line = self._process.stdin.fileno()

    def begin(self, group: int) -> None:
        """Say that a process group was started."""
        os.write(self._line, b"+%d\n" % group)

    def end(self, group: int) -> None:
        """Say that a group has ended; call it while the leader's zombie still holds the number."""
        os.write(self._line, b"-%d\n" % group)

    def close(self) -> None:
        """End what is left, remove the scratch folder and wait until that is done."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=30)
