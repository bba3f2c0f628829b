"""Catalogues in PostgreSQL: a database for all tenants, whose rows are kept apart by row-level security."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import psycopg

from backroom.catalogue.database import Catalogue, Fence
from backroom.catalogue.migrations import steps
from backroom.catalogue.model import Rows
from backroom.catalogue.statements import COLUMNS, DIFFER, STAGING, WRITE_STAGED

_STAGING = {
    "staged": STAGING["staged"].replace(" PRIMARY KEY", ""),
    "staged_stock": STAGING["staged_stock"].replace("sku TEXT", 'sku TEXT COLLATE "C"'),
    "brought": STAGING["brought"].replace("sku TEXT PRIMARY KEY", 'sku TEXT COLLATE "C"'),
}
"""What is compared as a whole needs no index; where it has one, that is of the collation of products.sku."""
_COUNTED = "WITH written AS ({} RETURNING xmax = 0 AS new) SELECT count(*), count(*) FILTER (WHERE new) FROM written"
"""A row that was there has been locked by whom it is changed."""
_WORK_MEMORY = "32MB"
"""Of the server, for the one comparison of an import: a million products fit."""
_NAMED = re.compile(r"(?<!:):(\w+)")
_MIGRATION_LOCK = 0x6261636B726F6F6D
"""Of all who may migrate a database at once, one does: the word `backroom` as a number."""


def migrate(dsn: str) -> None:
    """Bring the schema to date. Raises psycopg.Error."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
        connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)")
        known = {name for (name,) in connection.execute("SELECT name FROM migrations")}
        for name, script in steps("postgres"):
            if name not in known:
                connection.execute(script.encode())
                connection.execute("INSERT INTO migrations VALUES (%s)", (name,))


class PostgresCatalogue(Catalogue):
    """One tenant's part of a database that `migrate` has prepared."""

    def __init__(self, tenant: str, connection: "psycopg.Connection[Any]") -> None:
        super().__init__(tenant)
        self._connection = connection

    @contextmanager
    def transaction(self, fence: Fence | None = None) -> "Iterator[psycopg.Connection[Any]]":
        """Give the connection within a transaction that sees the tenant's rows only."""
        with self._connection.transaction():
            self._connection.execute("SELECT set_config('backroom.tenant', %s, true)", (self.tenant,))
            if fence is not None:
                fence(self._connection)
            yield self._connection

    def execute(self, connection: Any, statement: str, **values: Any) -> Any:
        """Execute a statement with `:name` parameters; gives the cursor."""
        if statement == DIFFER:
            connection.execute(f"SET LOCAL work_mem = '{_WORK_MEMORY}'")
        return connection.execute(_NAMED.sub(r"%(\1)s", statement), {"tenant": self.tenant, **values})

    def stage(self, connection: Any, table: str, rows: Rows) -> None:
        """Empty a staging table and fill it."""
        connection.execute(_STAGING[table])
        connection.execute(f"TRUNCATE {table}")
        with connection.cursor().copy(f"COPY {table} ({COLUMNS[table]}) FROM STDIN (FORMAT csv)") as copy:
            for piece in rows.csv():
                copy.write(piece)
        if table == "staged_stock":
            # Few rows among many products are found by the index, once PostgreSQL knows that they are few.
            connection.execute(f"ANALYZE {table}")
            connection.execute("SET LOCAL random_page_cost = 1.1")

    def _write(self, connection: Any, now: str) -> tuple[int, int]:
        written, created = self.execute(connection, _COUNTED.format(WRITE_STAGED), now=now).fetchone()
        return created, written - created

    def one_piece(self, _fence: Fence | None = None) -> AbstractContextManager[None]:
        """Nothing: each transaction counts by itself."""
        return nullcontext()
