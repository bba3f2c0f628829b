"""Catalogues in PostgreSQL: a database for all tenants, whose rows are kept apart by row-level security."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from backroom.catalogue.database import Catalogue, Fence
from backroom.catalogue.migrations import steps
from backroom.catalogue.model import Rows
from backroom.catalogue.statements import COLUMNS, COUNT_MISSING, REMOVE_MISSING, STAGED, STAGED_STOCK

_STAGING = {
    name: statement.replace("sku TEXT", 'sku TEXT COLLATE "C"')
    for name, statement in (("staged", STAGED), ("staged_stock", STAGED_STOCK))
}
"""With the collation of products.sku, or no index would do for what joins the two."""
_OF_ALL = (COUNT_MISSING, REMOVE_MISSING)
"""They compare all of a tenant's products with all that an import has brought."""
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

    def _execute(self, connection: Any, statement: str, **values: Any) -> Any:
        if statement in _OF_ALL:
            # Of rows that came a moment ago PostgreSQL knows nothing: taking them for few, it compares all with all.
            connection.execute("SET LOCAL enable_nestloop = off")
        return connection.execute(_NAMED.sub(r"%(\1)s", statement), {"tenant": self.tenant, **values})

    def _stage(self, connection: Any, table: str, rows: Rows) -> None:
        connection.execute(_STAGING[table])
        connection.execute(f"TRUNCATE {table}")
        with connection.cursor().copy(f"COPY {table} ({COLUMNS[table]}) FROM STDIN (FORMAT csv)") as copy:
            copy.write(rows.csv())
