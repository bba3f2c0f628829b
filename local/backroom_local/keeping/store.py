"""A file of rows by kind and key, written at once: what was answered is there after SIGKILL."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

Key = tuple[str, str]
"""Container (bucket, table, machine) and name within it."""


class Store:
    """Rows (kind, container, name) -> bytes; safe to use from any thread.

    A commit reaches the operating system, not the disk: it survives the process, not a power cut. What another version
    of moto has written is not read.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("CREATE TABLE IF NOT EXISTS form (moto TEXT)")
        if self._connection.execute("SELECT moto FROM form").fetchone() != (version("moto"),):
            self._begin_anew()
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS kept (kind TEXT, container TEXT, name TEXT, content BLOB,"
            " PRIMARY KEY (kind, container, name)) WITHOUT ROWID"
        )

    def _begin_anew(self) -> None:
        """Drop what was written in another form."""
        self._connection.execute("DROP TABLE IF EXISTS kept")
        self._connection.execute("DELETE FROM form")
        self._connection.execute("INSERT INTO form VALUES (?)", (version("moto"),))

    def put(self, kind: str, rows: Iterable[tuple[Key, bytes | None]]) -> None:
        """Write rows in one transaction; None removes one."""
        changes = list(rows)
        written = [(kind, *key, content) for key, content in changes if content is not None]
        removed = [(kind, *key) for key, content in changes if content is None]
        with self._lock:
            self._connection.execute("BEGIN")
            self._connection.executemany("REPLACE INTO kept VALUES (?, ?, ?, ?)", written)
            self._connection.executemany("DELETE FROM kept WHERE kind = ? AND container = ? AND name = ?", removed)
            self._connection.execute("COMMIT")

    def drop(self, kind: str, container: str) -> None:
        """Remove all rows of a container."""
        with self._lock:
            self._connection.execute("DELETE FROM kept WHERE kind = ? AND container = ?", (kind, container))

    def rows(self, kind: str) -> Iterator[tuple[Key, bytes]]:
        """Give all rows of a kind, in order."""
        with self._lock:
            found = self._connection.execute(
                "SELECT container, name, content FROM kept WHERE kind = ? ORDER BY container, name", (kind,)
            ).fetchall()
        for container, name, content in found:
            yield (container, name), content

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
