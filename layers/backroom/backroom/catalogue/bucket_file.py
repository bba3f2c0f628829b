"""A catalogue in a SQLite file in the tenant's bucket: no server, and of several writers one at a time wins."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from backroom.catalogue.database import Catalogue, Fence
from backroom.catalogue.model import Rows
from backroom.catalogue.sqlite import SqliteCatalogue
from backroom.errors import CatalogueBusyError

FILE = "catalogue.sqlite"
"""Its name, behind the tenant's prefix."""


class Storage(Protocol):
    """The one object that is the file."""

    def load(self) -> tuple[bytes, str] | None:
        """Give the file and its ETag; None if there is none."""

    def store(self, body: bytes, etag: str | None) -> bool:
        """Put the file in the place of that of this ETag (None: of nothing); False if another one is there."""


class BucketCatalogue(SqliteCatalogue):
    """Each transaction works on a copy of the file; it counts once the copy has replaced the original."""

    def __init__(self, tenant: str, storage: Storage) -> None:
        super().__init__(tenant, Path())
        self._storage = storage
        self._passing = 0
        """What is to be left out of the connection's count of changes: rows of staging tables, and what came before."""

    @contextmanager
    def reading(self) -> Iterator[Catalogue]:
        """Give a catalogue on a copy of the file, which later changes do not reach."""
        with tempfile.TemporaryDirectory() as folder:
            yield SqliteCatalogue(self.tenant, self._copy(folder)[0])

    @contextmanager
    def _locked(self, fence: Fence | None) -> Iterator[sqlite3.Connection]:
        """Give a connection to a copy of the file as it is now.

        Raises CatalogueBusyError if another writer has replaced the file meanwhile; nothing was changed then.
        """
        with tempfile.TemporaryDirectory() as folder:
            self.path, etag = self._copy(folder)
            with super()._locked(fence) as connection:
                self._passing = -connection.total_changes
                yield connection
                changed = connection.total_changes + self._passing > 0
            if changed and not self._storage.store(self.path.read_bytes(), etag):
                raise CatalogueBusyError(
                    f"the catalogue of {self.tenant} was changed by another writer meanwhile: again"
                )

    def stage(self, connection: Any, table: str, rows: Rows) -> None:
        """Empty a staging table and fill it: no change of the file."""
        before = connection.total_changes
        super().stage(connection, table, rows)
        self._passing -= connection.total_changes - before

    def _copy(self, folder: str) -> tuple[Path, str | None]:
        path, found = Path(folder) / FILE, self._storage.load()
        if found is None:
            return path, None
        path.write_bytes(found[0])
        return path, found[1]
