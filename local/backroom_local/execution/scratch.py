"""Folders for temporary files, lent to one container after the other: to remove one costs more than to empty it."""

import shutil
from collections import deque
from pathlib import Path


class ScratchFolders:
    """Lends empty folders below `root`; safe from any thread."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._free: deque[Path] = deque()
        self._numbers = iter(range(1 << 62))

    def lend(self) -> Path:
        """Give an empty folder that nobody else has."""
        try:
            return self._free.popleft()
        except IndexError:
            folder = self._root / f"container-{next(self._numbers)}"
            folder.mkdir()
            return folder

    def take_back(self, folder: Path) -> None:
        """Empty a folder and lend it again."""
        for entry in tuple(folder.iterdir()):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
        self._free.append(folder)
