"""Staging rows for tests, and a bucket's object in memory."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zlib import crc32

from backroom.catalogue.database import Catalogue, Fence, price_units, text
from backroom.catalogue.model import Counts, ProductRow, StockRow, TupleRows

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)


def chunk(*rows: tuple[object, ...]) -> TupleRows:
    """Give staging rows."""
    return TupleRows(rows)


@dataclass
class Stored:
    """An object in a bucket, in memory: what conditional writes make of it is all that counts here."""

    body: bytes | None = None
    version: int = 0

    def load(self) -> tuple[bytes, str] | None:
        return None if self.body is None else (self.body, str(self.version))

    def store(self, body: bytes, etag: str | None) -> bool:
        if etag != (None if self.body is None else str(self.version)):
            return False
        self.body, self.version = body, self.version + 1
        return True


def product(
    sku: str, stock: int | None = 1, price: str | None = "9.99", at: datetime = NOW, title: str = "A"
) -> ProductRow:
    units = price_units(Decimal(price)) if price else None
    return ProductRow(
        sku, title, f"/p/{sku}", "", units, "EUR", stock, text(at), "", "", "", '["https://a/b.jpg"]', '{"a": "b"}'
    )


def bring(shop: Catalogue, *rows: ProductRow, at: datetime = NOW, fence: Fence | None = None) -> Counts:
    """Import rows from the beginning to the end."""
    said = [row._replace(digest=crc32(repr(row._replace(stock_at="")).encode())) for row in rows]
    counts = Counts()
    with shop.importing(fence) as importing:
        importing.compare(chunk(*((place, row.sku, row.digest) for place, row in enumerate(said))))
        places = importing.places()
        if differing := said if places is None else [said[place] for place in places]:
            counts += importing.merge(chunk(*differing), NOW)
        return counts + importing.finish(text(at))


def delta(sku: str, stock: int | None, minutes: int, price: str | None = None, currency: str = "") -> StockRow:
    units = price_units(Decimal(price)) if price else None
    return StockRow(sku, stock, units, currency, text(NOW + timedelta(minutes=minutes)))


def stocks(catalogue: Catalogue) -> dict[str, int | None]:
    return {product.sku: product.stock for product in catalogue.products()}
