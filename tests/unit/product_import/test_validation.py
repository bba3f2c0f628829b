"""Which rows become products, what is read of them, and what a merchant is told of the others."""

from collections.abc import Mapping
from decimal import Decimal

import orjson
import polars as pl
import pytest
from backroom.catalogue.model import PRICE_UNIT, Field, ProductRow
from backroom.worker.feed.currencies import CODES
from backroom.worker.feed.reasons import MissingColumn
from backroom.worker.feed.records import REST
from hypothesis import given
from hypothesis import strategies as st
from product_import.columns import Wanted, find_sources
from product_import.prices import SCALE, read_prices
from product_import.validation import Usual

from tests.unit.product_import.feeds import AT, GOOD, check, reasons

EURO = Usual("EUR")


def only(row: Mapping[str, str | None], usual: Usual = EURO, wanted: Wanted | None = None) -> ProductRow:
    checked = check(row, usual=usual, wanted=wanted)
    assert reasons(checked) == []
    return ProductRow(*checked.accepted.select(ProductRow._fields).row(0))


def test_columns_of_google_merchant_become_fields() -> None:
    product = only(
        {
            "g:id": " A-1 ",
            "g:title": "Lamp\x00",
            "g:price": "9.99 USD",
            "g:link": "https://shop.example/a?b=1,2",
            "g:image link": "https://i.example/a.jpg",
            "g:additional_image_link": "https://i.example/b,c.jpg, http://i.example/d.jpg",
            "g:gtin": "4006381333931",
            "g:brand": "Stabilo",
            "g:product_type": "Pens > Fine",
            "quantity": "7.0",
            "colour": '"red"',
        },
        wanted=Wanted(attributes=["colour"]),
    )
    assert product == ProductRow(
        "A-1", "Lamp", "https://shop.example/a?b=1,2", "", 99_900, "USD", 7, AT, "Stabilo", "Pens > Fine",
        "4006381333931", product.images, '{"colour":"\\"red\\""}', product.digest,
    )  # fmt: skip
    assert orjson.loads(product.images) == [
        "https://i.example/a.jpg",
        "https://i.example/b,c.jpg",
        "http://i.example/d.jpg",
    ]


def test_columns_that_the_tenant_names_go_before_common_names() -> None:
    named = Wanted({"sku": "Nr. 7", "price": "VK netto"})
    product = only({"Nr. 7": "X", "id": "no", "name": "Lamp", "VK netto": "5", "price": "6"}, wanted=named)
    assert (product.sku, product.price_units) == ("X", 5 * SCALE)


@pytest.mark.parametrize(
    ("columns", "wanted", "said"),
    [
        (["nr", "title", "price"], Wanted(), r'no column for sku; it has nr, title, price.*\{"sku": "nr"\}'),
        (["sku", "title"], Wanted(), "no column for price"),
        ([], Wanted(), "no column for sku; it has none"),
        (["sku", "title", "price"], Wanted({"stock": "lager"}), "no column 'lager', which the parameters name"),
        (["sku", "title", "price"], Wanted(attributes=["size"]), "no column 'size'"),
        ([f"c{n}" for n in range(900)], Wanted(), "and 870 more"),
    ],
)
def test_a_missing_column_is_named_with_those_that_are_there(columns: list[str], wanted: Wanted, said: str) -> None:
    with pytest.raises(MissingColumn, match=said):
        find_sources(columns, wanted)


PRICES = {
    "9.99": "9.99",
    "9.99 EUR": "9.99",
    "EUR9,99": "9.99",
    "9,99 €": "9.99",
    "9,9": "9.9",
    "1.234,50": "1234.5",
    "1,234.50": "1234.5",
    "1.234.567": "1234567",
    "12 345,6 EUR": "12345.6",
    "1'234.50 EUR": "1234.5",
    "12,-": "12",
    "0.125": "0.125",
    "0": "0",
    "999999999.9999": "999999999.9999",
}


@pytest.mark.parametrize("text", PRICES)
def test_a_price_is_read_as_merchants_write_it(text: str) -> None:
    units = only(GOOD | {"price": text}).price_units
    assert units is not None
    assert units * PRICE_UNIT == Decimal(PRICES[text])


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["", " EUR", " €"]))
def test_every_price_is_read_exactly_in_either_way_of_writing(price: Decimal, money: str) -> None:
    american, german = f"{price:,}{money}", f"{price:,}".translate(str.maketrans(",.", ".,")) + money
    for text, decimal in ((american, "."), (german, ","), (american, None), (german, None)):
        assert read_prices(pl.Series([text]), decimal)["units"].item() * PRICE_UNIT == price


BAD: dict[str, tuple[dict[str, str | None], tuple[str, str, str]]] = {
    "no sku": ({"id": " "}, ("id", "", "NoSku")),
    "no title": ({"title": None}, ("title", "", "NoTitle")),
    "no price": ({"price": ""}, ("price", "", "NoPrice")),
    "NaN": ({"price": "NaN"}, ("price", "NaN", "NotAPrice")),
    "a formula": ({"price": "=1+1"}, ("price", "=1+1", "NotAPrice")),
    "exponent": ({"price": "1e5"}, ("price", "1e5", "NotAPrice")),
    "too fine": ({"price": "1.00001"}, ("price", "1.00001", "NotAPrice")),
    "two prices": ({"price": "5 6"}, ("price", "5 6", "NotAPrice")),
    "ambiguous": ({"price": "1.234"}, ("price", "1.234", "AmbiguousPrice")),
    "negative": ({"price": "-0.01"}, ("price", "-0.01", "NegativePrice")),
    "huge": ({"price": "1000000000.01"}, ("price", "1000000000.01", "PriceTooHigh")),
    "no such money": ({"price": "5 XYZ"}, ("price", "XYZ", "UnknownCurrency")),
    "a sign of several": ({"price": "$5"}, ("price", "$", "UnknownCurrency")),
    "money beside": ({"price": "5", "currency": "euros"}, ("currency", "EUROS", "UnknownCurrency")),
    "half a piece": ({"stock": "1.5"}, ("stock", "1.5", "NotAStock")),
    "negative stock": ({"stock": "-3"}, ("stock", "-3", "NegativeStock")),
    "huge stock": ({"stock": "99999999999"}, ("stock", "99999999999", "StockTooHigh")),
    "script": ({"url": "javascript:alert(1)"}, ("url", "javascript:alert(1)", "NotAUrl")),
    "relative": ({"url": "/p/1"}, ("url", "/p/1", "NotAUrl")),
    "user in url": ({"url": "https://a@b.example/"}, ("url", "https://a@b.example/", "NotAUrl")),
    "quote in image": ({"image": 'https://a/"b'}, ("image", 'https://a/"b', "NotAnImageUrl")),
    "gtin": ({"gtin": "4006381333932"}, ("gtin", "4006381333932", "WrongGtin")),
    "gtin of 11": ({"gtin": "12345678901"}, ("gtin", "12345678901", "WrongGtin")),
    "long": ({"title": "x" * 501}, ("title", "x" * 200, "TooLong")),
    "ragged": ({REST: "more"}, ("", "more", "TooManyValues")),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_refused_with_its_place_and_the_way_out_and_no_other_row_is(name: str) -> None:
    change, told = BAD[name]
    checked = check(GOOD, GOOD | {"id": "A-2"} | change, GOOD | {"id": "A-3"}, usual=EURO)
    assert reasons(checked) == [(3, *told)]
    assert (checked.accepted["sku"].to_list(), checked.rejected) == (["A-1", "A-3"], 1)
    assert len(checked.rejects["message"].item()) > 30


def test_a_row_is_told_all_that_is_wrong_with_it() -> None:
    checked = check(GOOD | {"id": "", "price": "x", "stock": "-1"}, usual=EURO)
    assert [row[3] for row in reasons(checked)] == ["NoSku", "NotAPrice", "NegativeStock"]
    assert (checked.rejected, checked.accepted.height) == (1, 0)


def test_a_price_without_a_currency_needs_the_tenants_usual_one() -> None:
    assert reasons(check(GOOD | {"price": "5"})) == [(2, "price", "5", "NoCurrency")]
    assert only(GOOD | {"price": "$5"}, Usual("CAD")).currency == "CAD"
    assert only(GOOD | {"price": "5 kr"}, Usual("SEK")).currency == "SEK"
    assert only(GOOD | {"price": "5", "currency": "eur"}, Usual("USD")).currency == "EUR"
    assert len(CODES) > 150


@given(st.text("0123456789", min_size=7, max_size=13))
def test_of_ten_last_digits_one_makes_a_gtin(digits: str) -> None:
    codes = [f"{digits}{last}" for last in range(10)]
    taken = check(*(GOOD | {"id": code, "gtin": code} for code in codes)).accepted["gtin"].to_list()
    assert len(taken) == (1 if len(digits) + 1 in (8, 12, 13, 14) else 0)


def test_every_field_has_a_name_of_its_own() -> None:
    assert {one.value: [one.value] for one in Field} == {
        one: sources for one, sources in find_sources(list(Field), Wanted()).items() if sources
    }
