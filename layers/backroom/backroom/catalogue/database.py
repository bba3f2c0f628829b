"""A catalogue in a SQL database: what PostgreSQL and SQLite have in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from backroom.catalogue import statements
from backroom.catalogue.importing import Importing
from backroom.catalogue.model import (
    PRICE_UNIT,
    Counts,
    OfferedRow,
    Page,
    Product,
    ProductRow,
    Rows,
    ShownRow,
    StockCounts,
)

Fence = Callable[[Any], None]
"""Called with the connection, first thing in a transaction: raises if the writer has been superseded."""
PAGE = 5_000
"""Products that are read at once."""


class Catalogue(ABC):
    """One tenant's catalogue. Every method that changes it is one transaction, and may be repeated."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant

    @abstractmethod
    def transaction(self, fence: Fence | None = None) -> AbstractContextManager[Any]:
        """Give a connection; commit at the end, roll back after an exception. With `fence`, ask it first."""

    @abstractmethod
    def execute(self, connection: Any, statement: str, **values: Any) -> Any:
        """Execute a statement with `:name` parameters (`tenant` is set already); gives the cursor."""

    @abstractmethod
    def stage(self, connection: Any, table: str, rows: Rows) -> None:
        """Empty a staging table and fill it."""

    @abstractmethod
    def _write(self, connection: Any, now: str) -> tuple[int, int]:
        """Write what is staged; gives how many products are new, and how many were changed."""

    @abstractmethod
    def one_piece(self, fence: Fence | None = None) -> AbstractContextManager[Any]:
        """Make one transaction of those within, where the catalogue is a file, which is read and written as a whole."""

    @contextmanager
    def importing(self, fence: Fence | None = None) -> "Iterator[Importing]":
        """Give an import; where the catalogue is a file, nothing of it counts before the end."""
        with self.one_piece(fence):
            yield Importing(self, fence)

    @contextmanager
    def reading(self) -> "Iterator[Catalogue]":
        """Give the catalogue for reading much of it: a file that lies elsewhere is fetched once."""
        yield self

    def merge(self, rows: Rows, now: datetime, fence: Fence | None = None) -> Counts:
        """Write a chunk of ProductRows: new products, changed ones; others stay untouched. No SKU twice.

        Raises the database's errors.
        """
        with self.transaction(fence) as connection:
            self.stage(connection, "staged", rows)
            (staged,) = self.execute(connection, statements.COUNT_STAGED).fetchone()
            created, updated = self._write(connection, text(now))
            if created + updated < staged:
                self.execute(connection, statements.NOTE_DIGESTS)
            if created + updated:
                self.execute(connection, statements.CHANGED)
            return Counts(created, updated, staged - created - updated)

    def apply_stock(self, rows: Rows, now: datetime, fence: Fence | None = None) -> StockCounts:
        """Write a chunk of deltas; of a product, the newest wins, in whatever order they come. No SKU twice."""
        with self.transaction(fence) as connection:
            self.stage(connection, "staged_stock", rows)
            refused = self.execute(connection, statements.REFUSED_STOCK).fetchall()
            unknown, other_currency = (
                tuple(sku for sku, one in refused if bool(one) is kind) for kind in (True, False)
            )
            if other_currency:
                self.execute(connection, statements.DROP_OTHER_CURRENCY)
            (staged,) = self.execute(connection, "SELECT count(*) FROM staged_stock").fetchone()
            (updated,) = self.execute(connection, statements.COUNT_NEW_STOCK).fetchone()
            self.execute(connection, statements.WRITE_STOCK, now=text(now))
            if updated:
                self.execute(connection, statements.CHANGED)
            return StockCounts(updated, staged - updated - len(unknown), unknown, other_currency)

    def put_pages(self, pages: list[Page], fence: Fence | None = None) -> None:
        """Write pages; one of the same path and language is replaced."""
        with self.transaction(fence) as connection:
            for page in pages:
                self.execute(connection, statements.WRITE_PAGE, **_page_values(page))
            self.execute(connection, statements.CHANGED)

    def version(self) -> int:
        """Give a number that is another after every change; 0 of a catalogue that never had one."""
        with self.transaction() as connection:
            found = self.execute(connection, statements.VERSION).fetchone()
            return int(found[0]) if found else 0

    def count(self) -> int:
        """Count the products."""
        with self.transaction() as connection:
            (count,) = self.execute(connection, statements.COUNT).fetchone()
            return int(count)

    def products(self, after: str = "", most: int | None = None) -> Iterator[Product]:
        """Yield products whose SKU comes after `after`, in order of SKU (by bytes), at most so many."""
        left = most
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            with self.transaction() as connection:
                found = self.execute(connection, statements.PRODUCTS, after=after, most=size).fetchall()
            yield from map(_product, found)
            if len(found) < size:
                return
            after = found[-1][0]
            left = None if left is None else left - size

    def shown(self) -> Iterator[list[ShownRow]]:
        """Yield what a sitemap says of the products, PAGE at a time, in order of SKU: far faster than `products`."""
        return self._in_pages(statements.SHOWN)

    def offered(self) -> Iterator[list[OfferedRow]]:
        """Yield what a report says of the products, PAGE at a time, in order of SKU."""
        return self._in_pages(statements.OFFERED)

    def _in_pages(self, statement: str) -> Iterator[list[Any]]:
        """Yield what a statement finds whose last column is the SKU."""
        after: str | None = ""
        while after is not None:
            with self.transaction() as connection:
                found = self.execute(connection, statement, after=after, most=PAGE).fetchall()
            if found:
                yield found
            after = found[-1][-1] if len(found) == PAGE else None

    def pages(self) -> list[Page]:
        """Give all pages, in order of path and language."""
        with self.transaction() as connection:
            return [_page(row) for row in self.execute(connection, statements.PAGES)]


def text(when: datetime | None) -> str:
    """Give a time as it is kept: ISO 8601 in UTC with microseconds, so that texts compare as times do; "" of None."""
    return f"{when:%Y-%m-%dT%H:%M:%S.%fZ}" if when else ""


def price_units(price: Decimal | None) -> int | None:
    """Give a price as it is kept; raises ValueError for one that has finer parts than PRICE_UNIT."""
    if price is None:
        return None
    units = price / PRICE_UNIT
    if units != units.to_integral_value():
        raise ValueError(f"a price has at most 4 decimal places, not {price}")
    return int(units)


def _product(row: tuple[Any, ...]) -> Product:
    known = ProductRow(*row[:-1])
    price = None if known.price_units is None else known.price_units * PRICE_UNIT
    return Product(
        known.sku,
        known.title,
        known.url,
        known.description,
        price,
        known.currency,
        known.stock,
        known.brand,
        known.category,
        known.gtin,
        tuple(orjson.loads(known.images)),
        orjson.loads(known.attributes),
        _time(row[-1]),
    )


def _page(row: tuple[Any, ...]) -> Page:
    path, locale, title, updated_at, noindex, alternates, images = row
    return Page(
        path, locale, title, _time(updated_at), bool(noindex), orjson.loads(alternates), tuple(orjson.loads(images))
    )


def _page_values(page: Page) -> dict[str, Any]:
    return {
        "path": page.path,
        "locale": page.locale,
        "title": page.title,
        "updated_at": text(page.updated_at),
        "noindex": page.noindex,
        "alternates": orjson.dumps(dict(page.alternates)).decode(),
        "images": orjson.dumps(list(page.images)).decode(),
    }


def _time(kept: str) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
