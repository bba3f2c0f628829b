"""One import into a catalogue: what it brings is compared first, then what differs is merged, then the rest removed."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from backroom.catalogue import statements
from backroom.catalogue.model import Counts, Rows

if TYPE_CHECKING:
    from backroom.catalogue.database import Catalogue, Fence


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import brings, against what the catalogue has, in products."""

    brought: int
    new: int
    missing: int
    """Those that the import does not bring."""
    differing: int
    """Rows of the import that are new, or may be changed."""

    @property
    def before(self) -> int:
        """How many the catalogue has."""
        return self.brought - self.new + self.missing


class Importing:
    """An import that is under way; each step is a transaction, unless the catalogue takes an import in one piece."""

    def __init__(self, catalogue: "Catalogue", fence: "Fence | None") -> None:
        self._catalogue, self._fence = catalogue, fence
        self.difference = Difference(0, 0, 0, 0)

    def compare(self, brought: Rows) -> None:
        """Learn what the import brings: BroughtRows, no SKU twice. Changes nothing but `difference`."""
        with self._catalogue.transaction(self._fence) as connection:
            self._catalogue.stage(connection, "brought", brought)
            self._catalogue.execute(connection, statements.FORGET_DIFFERENCE)
            self._catalogue.execute(connection, statements.DIFFER)
            counts: tuple[int, int, int, int] = self._execute(connection, statements.COUNT_DIFFERENCE).fetchone()
            brought_rows, new, missing, differing = counts
            self.difference = Difference(brought_rows, new, missing, differing - missing)

    def places(self) -> "array[int] | None":
        """Give the places of the rows that are to be merged, in their order; None: of all."""
        if self.difference.differing == self.difference.brought:
            return None
        with self._catalogue.transaction() as connection:
            return array("q", _firsts(self._execute(connection, statements.PLACES)))

    def merge(self, rows: Rows, now: datetime) -> Counts:
        """Write a chunk of the rows that may be new or changed."""
        return self._catalogue.merge(rows, now, self._fence)

    def finish(self, stock_at: str) -> Counts:
        """Remove what the import does not bring; `stock_at`: when its stock and prices were so (ISO 8601 UTC)."""
        with self._catalogue.transaction(self._fence) as connection:
            removed = self._execute(connection, statements.REMOVE_GONE).rowcount if self.difference.missing else 0
            if removed:
                self._execute(connection, statements.CHANGED)
            self._execute(connection, statements.IMPORTED, stock_at=stock_at)
            self._execute(connection, statements.FORGET_DIFFERENCE)
        return Counts(removed=removed, unchanged=self.difference.brought - self.difference.differing)

    def _execute(self, connection: Any, statement: str, **values: Any) -> Any:
        return self._catalogue.execute(connection, statement, **values)


def _firsts(rows: Any) -> Iterator[int]:
    return (first for (first,) in rows)
