"""A row is a delta, or is told what is wrong with it; of several rows of a product the newest counts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from backroom.catalogue.database import text
from backroom.catalogue.model import StockRow
from backroom.worker import BadParams
from backroom.worker.feed.prices import Price, read_price
from backroom.worker.feed.reasons import MissingColumn
from backroom.worker.feed.records import REST
from hypothesis import given, settings
from hypothesis import strategies as st
from product_import.prices import read_prices
from stock_import.deltas import AHEAD, Delta, Reader, Reject
from stock_import.newest import Newest
from stock_import.params import Params, parse_params
from stock_import.times import read_time

NOW = datetime(2026, 11, 27, 10, 30, tzinfo=UTC)
CHANGED = NOW - timedelta(minutes=5)
BERLIN = ZoneInfo("Europe/Berlin")
PARAMS = Params(None, {}, "", None, UTC, 0.1)


def read(params: Params = PARAMS, **given: str | None) -> Delta | list[Reject]:
    return Reader(params, CHANGED, NOW).read(2, given)


def row(params: Params = PARAMS, **given: str | None) -> StockRow:
    found = read(params, **given)
    assert isinstance(found, Delta), found
    return found.row


def test_a_row_says_a_stock_a_price_or_both_of_its_own_time_or_the_feeds() -> None:
    assert row(sku=" A\x00-1 ", stock="12", price="9.99 EUR", timestamp="2026-11-27T11:00:00+01:00") == StockRow(
        "A-1", 12, 99_900, "EUR", "2026-11-27T10:00:00.000000Z"
    )
    assert row(sku="A", stock="0.0", price=None) == StockRow("A", 0, None, "", text(CHANGED))
    assert row(sku="A", stock="", price="1.234,5") == StockRow("A", None, 12_345_000, "", text(CHANGED))


def test_columns_have_common_names_or_those_that_the_tenant_says() -> None:
    assert row(artikelnr="A", Bestand="3", Stand="27.11.2026 09:15").at == "2026-11-27T09:15:00.000000Z"
    own = parse_params({"feed": {"key": "k"}, "columns": {"sku": "Nr.", "stock": "frei"}, "timezone": "Europe/Berlin"})
    assert row(own, **{"Nr.": "A", "frei": "3", "stock": "9", "time": "2026-11-27 11:00"}) == StockRow(
        "A", 3, None, "", "2026-11-27T10:00:00.000000Z"
    )


def test_a_currency_stands_beside_the_price_in_its_own_column_or_is_the_usual_one() -> None:
    usual = parse_params({"feed": {"key": "k"}, "currency": "USD"})
    assert [row(sku="A", price=price, currency="chf").currency for price in ("1", "1 €")] == ["CHF", "EUR"]
    assert [row(usual, sku="A", price=price).currency for price in ("1", "$1", "1 €")] == ["USD", "USD", "EUR"]


BAD: dict[str, dict[str, Any]] = {
    "NoSku": {"sku": " ", "stock": "1"},
    "TooLong": {"sku": "x" * 101, "stock": "1"},
    "NothingSaid": {"sku": "A", "stock": "", "price": ""},
    "NotAStock": {"sku": "A", "stock": "NaN"},
    "NegativeStock": {"sku": "A", "stock": "-1"},
    "StockTooHigh": {"sku": "A", "stock": "999999999999"},
    "NotAPrice": {"sku": "A", "price": "NaN"},
    "AmbiguousPrice": {"sku": "A", "price": "1.234"},
    "NegativePrice": {"sku": "A", "price": "-1"},
    "PriceTooHigh": {"sku": "A", "price": "1000000000.01"},
    "UnknownCurrency": {"sku": "A", "price": "$1"},
    "NotATime": {"sku": "A", "stock": "1", "timestamp": "11/12/2026"},
    "TimeToCome": {"sku": "A", "stock": "1", "timestamp": "2026-11-27T10:40:01Z"},
    "TooManyValues": {"sku": "A", "stock": "1", REST: "2"},
}


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_row_is_told_its_place_and_the_way_out(reason: str) -> None:
    found = read(**BAD[reason])
    assert isinstance(found, list)
    ((number, column, value, name, message),) = found
    assert (number, name) == (2, reason)
    assert column in BAD[reason] or column == ""
    assert value in (*(str(one).strip() for one in BAD[reason].values()), "$", "")
    assert len(message) > 20


def test_a_row_is_told_all_that_is_wrong_with_it() -> None:
    found = read(sku="", stock="-1", price="x", timestamp="?")
    assert isinstance(found, list)
    assert [(one.column, one.reason) for one in found] == [
        ("sku", "NoSku"), ("stock", "NegativeStock"), ("price", "NotAPrice"), ("timestamp", "NotATime"),
    ]  # fmt: skip


@pytest.mark.parametrize("given", [{"stock": "1"}, {"sku": "A"}, {"sku": "A", "price": "1", "Nr.": "3"}])
def test_a_column_that_is_missing_is_named(given: dict[str, str]) -> None:
    params = parse_params({"feed": {"key": "k"}, "columns": {"stock": "frei"} if "Nr." in given else {}})
    with pytest.raises(MissingColumn, match=r"columns|parameters"):
        read(params, **given)


TIMES = {
    "2026-11-27T10:30:00Z": "2026-11-27T10:30:00.000000Z",
    "2026-11-27T10:30:00.5+02:00": "2026-11-27T08:30:00.500000Z",
    "20261127T103000Z": "2026-11-27T10:30:00.000000Z",
    "2026-11-27 10:30": "2026-11-27T09:30:00.000000Z",
    "27.11.2026 10:30:15": "2026-11-27T09:30:15.000000Z",
    "27.11.2026": "2026-11-26T23:00:00.000000Z",
    "1764239400": "2025-11-27T10:30:00.000000Z",
    "1764239400000": "2025-11-27T10:30:00.000000Z",
    "0001-01-01": "", "9999-12-31T23:59:59-23:00": "", "11/27/2026": "", "yesterday": "", "٣": "", "1" * 400: "",
}  # fmt: skip


@pytest.mark.parametrize("written", TIMES)
def test_a_time_is_read_as_shop_systems_write_it(written: str) -> None:
    assert text(read_time(written, BERLIN)) == TIMES[written]


@given(st.text(alphabet="0123456789.,+-' €CHF\u00a0٣x", max_size=12), st.sampled_from([None, ".", ","]))
@settings(max_examples=300)
def test_one_price_is_read_as_a_column_of_prices_is(written: str, decimal: str | None) -> None:
    (column,) = read_prices(pl.Series([written]), decimal).iter_rows()
    assert read_price(written, decimal) == Price(*column)


@given(st.integers(0, 10**12), st.sampled_from([".", ","]))
@settings(max_examples=50)
def test_every_price_is_read_exactly(units: int, decimal: str) -> None:
    written = f"{Decimal(units) / 10_000:f}".replace(".", decimal)
    assert read_price(written, decimal).units == units


rows = st.lists(
    st.tuples(
        st.sampled_from("ab"), st.none() | st.integers(0, 3), st.none() | st.integers(0, 3), st.integers(0, 3)
    ).filter(lambda one: one[1:3] != (None, None)),
    max_size=8,
)


@given(rows)
@settings(max_examples=60)
def test_the_rounds_leave_what_applying_row_by_row_in_the_order_of_time_leaves(
    said: list[tuple[str, int | None, int | None, int]],
) -> None:
    newest = Newest()
    for number, (sku, stock, price, at) in enumerate(said):
        newest.add(Delta(number, StockRow(sku, stock, price, "", text(NOW + timedelta(minutes=at)))))
    expected: dict[tuple[str, str], int] = {}
    for sku, stock, price, _ in sorted(said, key=lambda one: one[3]):
        expected |= {(sku, kind): value for kind, value in (("stock", stock), ("price", price)) if value is not None}
    found: dict[tuple[str, str], int] = {}
    for some in newest.rounds():
        assert len({one.row.sku for one in some}) == len(some), "no SKU twice in a round"
        for one in some:
            kinds = (("stock", one.row.stock), ("price", one.row.price_units))
            news = {(one.row.sku, kind): value for kind, value in kinds if value is not None}
            assert not found.keys() & news.keys(), "each is written once"
            found |= news
    assert found == expected


def test_the_clock_of_a_shop_may_be_ahead_a_little() -> None:
    assert row(sku="A", stock="1", timestamp=text(NOW + AHEAD)).stock == 1


@pytest.mark.parametrize("params", [{}, {"feed": {}, "timezone": "Mars/Base"}, {"feed": {}, "reject_tolerance": "x"}])
def test_parameters_that_make_no_sense_are_named(params: dict[str, object]) -> None:
    with pytest.raises(BadParams, match="stock_import"):
        parse_params(params)
