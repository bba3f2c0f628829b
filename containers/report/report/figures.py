"""The figures of a report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Group:
    """Products of one category or brand, or of all that are not among the largest."""

    name: str
    """"" of those that have none."""
    products: int
    out_of_stock: int
    changed: int
    """Added or changed in the month."""
    values: Mapping[str, Decimal]
    """Of what is in stock, by currency, as far as price and stock are known."""
    others: int = 0
    """How many categories or brands these are, if they are the rest; the name is "" then."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """The cheapest or the dearest product of a currency."""

    price: Decimal
    sku: str
    title: str


@dataclass(frozen=True, slots=True)
class Priced:
    """Products with a price in one currency ("": it is not said in which)."""

    currency: str
    products: int
    value: Decimal
    """Of what is in stock."""
    cheapest: Extreme
    dearest: Extreme


@dataclass(frozen=True, slots=True)
class Named:
    """A product that is named itself."""

    sku: str
    title: str


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them."""

    products: int
    out_of_stock: int
    unknown_stock: int
    unpriced: int
    changed: int
    """Added or changed in the month."""
    categories: tuple[Group, ...]
    brands: tuple[Group, ...]
    """Both: those with the most products first, at last the rest of them."""
    currencies: tuple[Priced, ...]
    """In order of their names."""
    days: Mapping[date, int]
    """Of the month, in order, all of them: products that were last changed on it."""
    sold_out: tuple[Named, ...]
    newest: tuple[Named, ...]
    """Those that changed last in the month, the latest first."""


@dataclass(frozen=True, slots=True)
class Total:
    """Stock of all currencies in one."""

    currency: str
    value: Decimal
    without_rate: tuple[str, ...]
    """Currencies that are not in it."""


def total(figures: Figures, currency: str, rates: Mapping[str, Decimal]) -> Total | None:
    """Add up all stock in a currency by the tenant's rates; None if none is asked for."""
    if not currency:
        return None
    known = {**rates, currency: Decimal(1)}
    value = sum((one.value * known[one.currency] for one in figures.currencies if one.currency in known), Decimal(0))
    return Total(currency, value, tuple(one.currency for one in figures.currencies if one.currency not in known))
