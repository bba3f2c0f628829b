"""Takes the rows of a feed for deltas, or says what is wrong with them. Pure."""

import re
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
_LONGEST, _SHOWN = 100, 200
_NO_PRICE = Price(None)
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


class Said(NamedTuple):
    """What a row says, as texts without blanks around; in the order of Column."""

    sku: str
    stock: str
    price: str
    currency: str
    timestamp: str


class Meant(NamedTuple):
    """What is read of it."""

    stock: int | Wrong | None
    price: Price
    currency: str
    at: str
    """As it is kept; "" of what is no time."""


class Reader:
    """Reads the rows of one feed; `changed` is when it was written: the time of rows that say none."""

    def __init__(self, params: Params, changed: datetime, now: datetime) -> None:
        self._params, self._signs = params, signs(params.currency)
        self._latest = kept_text(now + AHEAD)
        self._times = {"": kept_text(changed)}
        self._header: list[str] = []
        self._columns: tuple[str, ...] = ()
        """Of the row at hand, in the order of Column; "": it has none."""

    def read(self, number: int, record: Record) -> Delta | list[Reject]:
        """Give the delta of a row, or all that is wrong with it; raises MissingColumn."""
        header = list(record)
        if header != self._header:
            self._find(header)
        said = Said(*[_clean(record.get(name)) for name in self._columns])
        price = read_price(said.price, self._params.decimal) if said.price else _NO_PRICE
        money = price.money or said.currency.upper()
        meant = Meant(_stock(said.stock), price, self._signs.get(money, money), self._time(said.timestamp))
        wrongs = _wrongs(said, meant, record.get(REST), self._latest)
        if wrongs or isinstance(meant.stock, Wrong):
            return [self._reject(number, *one) for one in wrongs]
        return Delta(number, StockRow(said.sku, meant.stock, price.units, meant.currency, meant.at))

    def _find(self, header: list[str]) -> None:
        names = [name for name in header if name != REST]
        found = columns_of(names, self._params.columns, _NAMES)
        if not self._header:
            mind_told(names, self._params.columns.values())
            mind_needed(names, found, (Column.SKU,))
            if not (found[Column.STOCK] or found[Column.PRICE]):
                raise MissingColumn("the feed has a column neither for stock nor for price: name it in columns")
        self._header = header
        self._columns = tuple(found[one][0] if found[one] else "" for one in Column)

    def _time(self, text: str) -> str:
        """Give the time of a row as it is kept, "" of what is none; rows often share it."""
        if text not in self._times:
            self._times[text] = kept_text(read_time(text, self._params.zone))
        return self._times[text]

    def _reject(self, number: int, one: Column | None, value: str, wrong: Wrong) -> Reject:
        names = dict(zip(Column, self._columns, strict=True))
        name = "" if one is None else names[one] or names[Column.PRICE]
        return Reject(number, name, value[:_SHOWN], *wrong)


def _clean(value: str | None) -> str:
    if not value:
        return ""
    return value.strip() if value.isprintable() else _CONTROLS.sub("", value).strip()


def _stock(text: str) -> int | Wrong | None:
    if not text:
        return None
    if not _WHOLE.fullmatch(text):
        return NOT_A_STOCK
    whole = int(text) if text.isdecimal() else int(re.split("[.,]", text)[0])
    return NEGATIVE_STOCK if whole < 0 else STOCK_TOO_HIGH if whole > MOST_STOCK else whole


def _wrongs(said: Said, meant: Meant, rest: str | None, latest: str) -> list[tuple[Column | None, str, Wrong]]:
    """Give what is wrong: the column, the value and why; of a column the first thing."""
    found: list[tuple[Column | None, str, Wrong]] = []
    if rest is not None:
        found.append((None, rest, TOO_MANY_VALUES))
    if not said.sku or len(said.sku) > _LONGEST:
        found.append((Column.SKU, said.sku, TOO_LONG if said.sku else NO_SKU))
    if not said.stock and not said.price:
        found.append((None, "", NOTHING))
    if isinstance(meant.stock, Wrong):
        found.append((Column.STOCK, said.stock, meant.stock))
    if said.price and (wrong := _wrong_price(meant.price)):
        found.append((Column.PRICE, said.price, wrong))
    if said.price and meant.currency and meant.currency not in CODES:
        found.append((Column.CURRENCY, meant.currency, UNKNOWN_CURRENCY))
    if not meant.at or meant.at > latest:
        found.append((Column.TIMESTAMP, said.timestamp, TO_COME if meant.at else NOT_A_TIME))
    return found


def _wrong_price(price: Price) -> Wrong | None:
    if price.ambiguous:
        return AMBIGUOUS_PRICE
    if price.units is None:
        return NOT_A_PRICE
    return NEGATIVE_PRICE if price.units < 0 else PRICE_TOO_HIGH if price.units > MOST_PRICE * SCALE else None
