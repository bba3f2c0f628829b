"""What a catalogue holds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol

PRICE_UNIT = Decimal("0.0001")
"""Prices are kept as whole numbers of it, so that both databases compare them alike."""


@dataclass(frozen=True, slots=True)
class Product:
    """One product of a shop."""

    sku: str
    title: str
    url: str = ""
    description: str = ""
    price: Decimal | None = None
    currency: str = ""
    """ISO 4217."""
    stock: int | None = None
    brand: str = ""
    category: str = ""
    gtin: str = ""
    images: tuple[str, ...] = ()
    """URLs."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    updated_at: datetime | None = None
    """When it was last changed in the catalogue."""


class Field(StrEnum):
    """What a feed may say of a product, by Product's names; the value is the name that a tenant uses."""

    SKU = "sku"
    TITLE = "title"
    PRICE = "price"
    CURRENCY = "currency"
    STOCK = "stock"
    URL = "url"
    DESCRIPTION = "description"
    BRAND = "brand"
    CATEGORY = "category"
    GTIN = "gtin"
    IMAGES = "images"


class Page(NamedTuple):
    """One page of a shop beside its products, in one language."""

    path: str
    """Absolute, without a host."""
    locale: str = ""
    """BCP 47."""
    title: str = ""
    updated_at: datetime | None = None
    noindex: bool = False
    alternates: Mapping[str, str] = {}
    """Path of the same page by locale."""
    images: tuple[str, ...] = ()


class ProductRow(NamedTuple):
    """A product as an import brings it, in the columns of the staging table; `images` and `attributes` are JSON."""

    sku: str
    title: str
    url: str
    description: str
    price_units: int | None
    currency: str
    stock: int | None
    stock_at: str
    """When price and stock were so (ISO 8601 UTC): a newer delta goes before an older import."""
    brand: str
    category: str
    gtin: str
    images: str
    attributes: str
    digest: int | None = None
    """Of all but `stock_at`, 64 bits; None: not known."""


class BroughtRow(NamedTuple):
    """What an import tells at its beginning of a row."""

    place: int
    """By which the import finds the row again."""
    sku: str
    digest: int | None


ShownRow = tuple[str, str, str, str]
"""What a sitemap says of a product, as it is kept: URL, time of the last change, images (JSON); and its SKU."""

OfferedRow = tuple[str, str, str, int | None, str, int | None, str, str]
"""What a report says of a product, as it is kept: title, brand, category, price in PRICE_UNIT, currency, stock, time of
the last change; and its SKU."""


class StockRow(NamedTuple):
    """A delta of stock and price; None leaves as it is."""

    sku: str
    stock: int | None
    price_units: int | None
    currency: str
    """Of the price; "": the product's."""
    at: str
    """When it was so (ISO 8601 UTC)."""


class Rows(Protocol):
    """A chunk of staging rows: as tuples, or as CSV for COPY, which is several times faster."""

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        """Yield tuples in the order of the fields of ProductRow, BroughtRow or StockRow."""

    def csv(self) -> Iterable[bytes]:
        """Give the same as CSV, UTF-8, without a header; nothing between two commas is NULL, `""` is an empty text."""


class TupleRows(tuple[tuple[object, ...], ...]):
    """Staging rows in memory."""

    __slots__ = ()

    def csv(self) -> Iterable[bytes]:
        """Give them as CSV, every text quoted, so that an empty one is no NULL."""
        return ["".join([",".join([_cell(value) for value in row]) + "\n" for row in self]).encode()]


def _cell(value: object) -> str:
    if type(value) is not str:
        return "" if value is None else str(value)
    return '"' + value.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Counts:
    """What a change came to, in products."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
        )


@dataclass(frozen=True, slots=True)
class StockCounts:
    """What a chunk of deltas came to."""

    updated: int = 0
    unchanged: int = 0
    """They say what was so already, or what is older than what is known."""
    unknown: tuple[str, ...] = ()
    """SKUs that the catalogue does not have."""
    other_currency: tuple[str, ...] = ()
    """SKUs whose price in the catalogue is in another currency: nothing of the delta was taken."""
