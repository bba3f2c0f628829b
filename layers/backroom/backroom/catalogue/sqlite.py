"""A catalogue in a SQLite database: a file, wherever it lies."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backroom.catalogue.database import Catalogue, Fence
from backroom.catalogue.migrations import steps
from backroom.catalogue.model import Rows
from backroom.catalogue.statements import COLUMNS, COUNT_KNOWN, COUNT_STAGED, STAGING, WRITE_STAGED


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema to date, in the transaction that goes on."""
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)")
    known = {name for (name,) in connection.execute("SELECT name FROM migrations")}
    for name, script in steps("sqlite"):
        if name not in known:
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?)", (name,))


class SqliteCatalogue(Catalogue):
    """A catalogue in a file of this machine."""

    def __init__(self, tenant: str, path: Path) -> None:
        super().__init__(tenant)
        self.path = path
        self._open: sqlite3.Connection | None = None

    @contextmanager
    def transaction(self, fence: Fence | None = None) -> Iterator[sqlite3.Connection]:
        """Give a connection within a transaction that holds the file's one writer's lock, or that of an import."""
        if self._open is not None:
            yield self._open
            return
        with self._locked(fence) as connection:
            yield connection

    @contextmanager
    def one_piece(self, fence: Fence | None = None) -> Iterator[None]:
        """Make one transaction of those within."""
        with self.transaction(fence) as connection:
            self._open = connection
            try:
                yield
            finally:
                self._open = None

    @contextmanager
    def _locked(self, fence: Fence | None) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=60)
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                migrate(connection)
                if fence is not None:
                    fence(connection)
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
        finally:
            connection.close()

    def execute(self, connection: Any, statement: str, **values: Any) -> Any:
        """Execute a statement with `:name` parameters; gives the cursor."""
        return connection.execute(statement, {"tenant": self.tenant, **values})

    def stage(self, connection: Any, table: str, rows: Rows) -> None:
        """Empty a staging table and fill it."""
        connection.execute(STAGING[table])
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - one of three names of our own
        marks = ", ".join("?" for _ in COLUMNS[table].split(","))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608

    def _write(self, connection: Any, now: str) -> tuple[int, int]:
        (staged,), (known,) = (self.execute(connection, one).fetchone() for one in (COUNT_STAGED, COUNT_KNOWN))
        written = self.execute(connection, WRITE_STAGED, now=now).rowcount
        return staged - known, written - (staged - known)
