"""The job whose effects the proofs count: every item has one output and one row in a database that counts.

`PROOF_DATABASE` is a SQLite file; `PROOF_CARELESS` leaves out the fence of its transactions.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from backroom.worker import Item, Portion, Work
from backroom.worker.database import create_tables, fence, is_new

LOCKED_SECONDS = 60


def job(portion: Portion, work: Work) -> None:
    """Do all items, one after the other."""
    work.each(lambda item: do(portion, item, work))


def do(portion: Portion, item: Item, work: Work) -> None:
    """Read an item, write its output and count it."""
    body = work.tenant.get(f"{portion.prefix}images/{item.id}")
    work.put(item, f"{portion.prefix}resized/{item.id}", b"small " + body, "text/plain")
    with closing(sqlite3.connect(os.environ["PROOF_DATABASE"], timeout=LOCKED_SECONDS)) as connection, connection:
        if "PROOF_CARELESS" in os.environ or _is_due(connection, work, item):
            _count(connection, f"{portion.tenant}/{item.id}")


def _is_due(connection: sqlite3.Connection, work: Work, item: Item) -> bool:
    fence(connection, work)
    return is_new(connection, work, item)


def _count(connection: sqlite3.Connection, item: str) -> None:
    connection.execute("INSERT INTO counts VALUES (?, 1) ON CONFLICT (item) DO UPDATE SET n = n + 1", (item,))


def make(database: Path) -> None:
    """Make an empty database in the place of what was there."""
    database.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as connection:
        create_tables(connection)
        connection.execute("CREATE TABLE counts (item TEXT PRIMARY KEY, n INTEGER NOT NULL)")
        connection.commit()


def counts(database: Path) -> dict[str, int]:
    """How often each item (TENANT/ID) was counted."""
    with closing(sqlite3.connect(database)) as connection:
        return dict(connection.execute("SELECT item, n FROM counts"))
