"""What is run as a process, and who is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Program:
    """A command with everything that it gets: nothing else of this process's environment or files reaches it."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    """Its working directory."""
    memory_mib: int | None = None
    """Most memory of its processes together; None is no limit."""
    pass_fds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Exit:
    """How a program ended: its exit code, or 128 + N when signal N ended it, as Docker says."""

    code: int
    out_of_memory: bool = False
    """It was killed because it went over its memory."""


class Watcher(Protocol):
    """Is told what becomes of a program, on the supervisor's thread: it must not block."""

    def output(self, lines: Sequence[str]) -> None:
        """Take lines of stdout and stderr, in their order, without their newlines."""

    def ended(self, result: Exit) -> None:
        """Take the end; it comes once, after all output."""
