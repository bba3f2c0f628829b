"""Tells whether source has changed since something was made of it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_NOT_SOURCE = frozenset({"__pycache__", "node_modules"})

Stamp = frozenset[tuple[str, int, int]]


def stamp(folders: Iterable[Path]) -> Stamp:
    """Give path, time of change (ns) and size of every file below `folders`; another stamp is other source."""
    return frozenset(found for folder in folders for found in _files(str(folder)))


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name in _NOT_SOURCE or entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _files(entry.path)
            else:
                with suppress(FileNotFoundError):  # an editor is just putting a new one in its place
                    status = entry.stat()
                    yield entry.path, status.st_mtime_ns, status.st_size
