"""A catalogue in a SQLite file in the tenant's bucket: no server, and of several writers one at a time wins."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from backroom.catalogue.database import Fence
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

    @contextmanager
    def transaction(self, fence: Fence | None = None) -> Iterator[Any]:
        """Give a connection to a copy of the file as it is now.

        Raises CatalogueBusyError if another writer has replaced the file meanwhile; nothing was changed then.
        """
        with tempfile.TemporaryDirectory() as folder:
            found = self._storage.load()
            self.path = Path(folder) / FILE
            if found is not None:
                self.path.write_bytes(found[0])
            with super().transaction(fence) as connection:
                before = connection.total_changes
                yield connection
                changed = connection.total_changes > before
            if changed and not self._storage.store(self.path.read_bytes(), found[1] if found else None):
                raise CatalogueBusyError(
                    f"the catalogue of {self.tenant} was changed by another writer meanwhile: again"
                )
