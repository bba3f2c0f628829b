"""Takes the rows of a feed for deltas, or says what is wrong with them. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from backroom.catalogue.database import text as kept_text
from backroom.catalogue.model import Field, StockRow
from backroom.worker.feed.columns import NAMES, columns_of, mind_needed, mind_told
from backroom.worker.feed.currencies import CODES, signs
from backroom.worker.feed.prices import SCALE, Price, read_price
from backroom.worker.feed.reasons import MissingColumn
from backroom.worker.feed.records import REST, Record
from backroom.worker.feed.wrongs import (
    AMBIGUOUS_PRICE,
    MOST_PRICE,
    MOST_STOCK,
    NEGATIVE_PRICE,
    NEGATIVE_STOCK,
    NO_SKU,
    NOT_A_PRICE,
    NOT_A_STOCK,
    PRICE_TOO_HIGH,
    STOCK_TOO_HIGH,
    TOO_MANY_VALUES,
    UNKNOWN_CURRENCY,
    WHOLE,
    Wrong,
)

from stock_import.params import Params
from stock_import.times import read_time

AHEAD = timedelta(minutes=10)
"""How far the clock of a shop may be ahead: what comes from further ahead would keep all that comes after it out."""
NOTHING = Wrong("NothingSaid", "the row has neither a stock nor a price: write one of them, or leave the row out")
NOT_A_TIME = Wrong("NotATime", "this is no time: write it like 2026-11-27T10:30:00+01:00")
TO_COME = Wrong("TimeToCome", "this time is still to come: see to the clock, or the time zone, of who writes the feed")
TOO_LONG = Wrong("TooLong", "it has more than 100 characters: see whether a quotation mark is missing")
_LONGEST = 100
_WHOLE = re.compile(WHOLE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What no text needs and PostgreSQL in part refuses."""


class Column(StrEnum):
    """What a feed may say of a delta; the value is the name that a tenant uses."""

    SKU = "sku"
    STOCK = "stock"
    PRICE = "price"
    CURRENCY = "currency"
    TIMESTAMP = "timestamp"


_NAMES: dict[Column, tuple[str, ...]] = {
    **{Column(one): NAMES[one] for one in (Field.SKU, Field.STOCK, Field.PRICE, Field.CURRENCY)},
    Column.TIMESTAMP: ("timestamp", "time", "updated_at", "modified_at", "changed_at", "datum", "zeitpunkt", "stand"),
}


class Delta(NamedTuple):
    """A good row."""

    number: int
    row: StockRow


class Reject(NamedTuple):
    """A wrong value of a bad row."""

    row: int
    column: str
    value: str
    reason: str
    message: str


@dataclass(slots=True)
class Reader:
    """Reads the rows of one feed."""

    params: Params
    changed: datetime
    """When the feed was written: the time of rows that say none."""
    now: datetime
    columns: dict[Column, str] = field(default_factory=dict)
    """Of the row at hand."""
    _header: list[str] = field(default_factory=list)
    _times: dict[str, str] = field(default_factory=dict)
    _signs: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._signs = signs(self.params.currency)

    def read(self, number: int, record: Record) -> Delta | list[Reject]:
        """Give the delta of a row, or all that is wrong with it; raises MissingColumn."""
        self._find(record)
        given = {one: _clean(record.get(name)) for one, name in self.columns.items()}
        price = read_price(given[Column.PRICE], self.params.decimal) if given.get(Column.PRICE) else Price(None)
        currency = given.get(Column.CURRENCY, "").upper() if not price.money else price.money
        currency = self._signs.get(currency, currency)
        at = self._time(given.get(Column.TIMESTAMP, ""))
        wrongs = list(_wrongs(given, record.get(REST), price, currency, at, kept_text(self.now + AHEAD)))
        if wrongs:
            return [self._reject(number, one, value, wrong) for one, value, wrong in wrongs]
        stock = given.get(Column.STOCK)
        whole = int(re.split("[.,]", stock)[0]) if stock else None
        return Delta(number, StockRow(given[Column.SKU], whole, price.units, currency, at or kept_text(self.changed)))

    def _find(self, record: Record) -> None:
        header = [name for name in record if name != REST]
        if header == self._header:
            return
        found = columns_of(header, self.params.columns, _NAMES)
        if not self._header:
            mind_told(header, self.params.columns.values())
            mind_needed(header, found, (Column.SKU,))
            if not (found[Column.STOCK] or found[Column.PRICE]):
                raise MissingColumn("the feed has a column neither for stock nor for price: name it in columns")
        self._header = header
        self.columns = {one: names[0] for one, names in found.items() if names}

    def _time(self, text: str) -> str | None:
        """Give the time of a row as it is kept; None if it is none. Rows often share it."""
        if not text:
            return kept_text(self.changed)
        if text not in self._times:
            self._times[text] = kept_text(read_time(text, self.params.zone))
        return self._times[text] or None

    def _reject(self, number: int, one: Column | None, value: str, wrong: Wrong) -> Reject:
        name = "" if one is None else self.columns.get(one) or self.columns.get(Column.PRICE, one)
        return Reject(number, name, value[:200], *wrong)


def _clean(value: str | None) -> str:
    return _CONTROLS.sub("", value or "").strip()


_Found = Iterator[tuple[Column | None, str, Wrong]]


def _wrongs(
    given: Mapping[Column, str], rest: str | None, price: Price, money: str, at: str | None, end: str
) -> _Found:
    """Yield what is wrong: the column, the value and why; of a column the first thing."""
    sku, stock, written = (given.get(one, "") for one in (Column.SKU, Column.STOCK, Column.PRICE))
    checks = (
        (None, rest or "", TOO_MANY_VALUES if rest is not None else None),
        (Column.SKU, sku, NO_SKU if not sku else TOO_LONG if len(sku) > _LONGEST else None),
        (None, "", NOTHING if not stock and not written else None),
        (Column.STOCK, stock, _wrong_stock(stock)),
        (Column.PRICE, written, _wrong_price(price) if written else None),
        (Column.CURRENCY, money, UNKNOWN_CURRENCY if written and money and money not in CODES else None),
        (Column.TIMESTAMP, given.get(Column.TIMESTAMP, ""), _wrong_time(at, end)),
    )
    return ((one, value, wrong) for one, value, wrong in checks if wrong is not None)


def _wrong_stock(text: str) -> Wrong | None:
    if not text:
        return None
    if not _WHOLE.fullmatch(text):
        return NOT_A_STOCK
    whole = int(re.split("[.,]", text)[0])
    return NEGATIVE_STOCK if whole < 0 else STOCK_TOO_HIGH if whole > MOST_STOCK else None


def _wrong_time(at: str | None, end: str) -> Wrong | None:
    return NOT_A_TIME if at is None else TO_COME if at > end else None


def _wrong_price(price: Price) -> Wrong | None:
    if price.ambiguous:
        return AMBIGUOUS_PRICE
    if price.units is None:
        return NOT_A_PRICE
    return NEGATIVE_PRICE if price.units < 0 else PRICE_TOO_HIGH if price.units > MOST_PRICE * SCALE else None
