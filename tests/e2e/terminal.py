"""A terminal of a certain width, and what a command prints on it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_SECONDS = 240


def printed(command: Sequence[str], environment: Mapping[str, str], folder: Path, columns: int) -> str:
    """Run a command on a terminal of so many columns, and give what it printed there, styles and all."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    shown = {**environment, "TERM": "xterm-256color", "TZ": "UTC"}
    process = subprocess.Popen(command, cwd=folder, env=shown, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    text = b"".join(iter(lambda: _read(ours), b"")).decode()
    os.close(ours)
    process.wait(_SECONDS)
    return text.replace("\r\n", "\n")


def plain(text: str) -> str:
    """Give a text without styles and without blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in _STYLE.sub("", text).splitlines()) + "\n"


def _read(terminal: int) -> bytes:
    """Read what is there; nothing when the last who wrote there has ended, which Linux tells by an error."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""
