"""What a product must be like, each rule with what is told to the merchant. Pure: expressions over a whole batch.

A rule speaks of a column of the prepared batch (`validation.prepared`): the fields as texts, and what was read of them.
"""

from dataclasses import dataclass

import polars as pl
from backroom.catalogue.model import Field
from backroom.worker.feed.currencies import CODES
from backroom.worker.feed.records import REST

from product_import.prices import SCALE

UNITS, MONEY, AMBIGUOUS, STOCK = "price_units", "money", "ambiguous", "stock_number"
MOST_PRICE = 1_000_000_000
MOST_STOCK = 2_000_000_000
MOST_IMAGES = 50
_URL = r"https?://[^\s/?#\\\"<>@]+(?:[/?#][^\s\\\"<>]*)?"
_IMAGE = rf"(?:{_URL}|s3:[^\s/\\\"<>][^\s\\\"<>]*)"
"""On the web, or a key in the tenant's bucket."""
_WHOLE = r"^[+-]?\d{1,12}(?:[.,]0+)?$"
_LENGTHS = {
    Field.SKU: 100,
    Field.TITLE: 500,
    Field.URL: 2_000,
    Field.DESCRIPTION: 50_000,
    Field.BRAND: 200,
    Field.CATEGORY: 1_000,
}
"""Most characters."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`broken` is true of the rows that a field makes bad; of a field's rules the first one that is broken is told."""

    field: str
    """A field, or REST."""
    reason: str
    broken: pl.Expr
    message: str
    """What is wrong, and what to do."""
    shown: str = ""
    """The column with the wrong value, if it is not the field's own."""


def _text(field: Field) -> pl.Expr:
    return pl.col(field)


def _given(field: Field) -> pl.Expr:
    return pl.col(field) != ""


def _not(field: Field, form: str) -> pl.Expr:
    return _given(field) & ~_text(field).str.contains(form)


def _check_sum() -> pl.Expr:
    """GS1's sum: the last digit once, the one before thrice and so on; of a right number it ends with 0."""
    number = _text(Field.GTIN).cast(pl.Int64, strict=False)
    return pl.sum_horizontal(number // 10**place % 10 * (3 if place % 2 else 1) for place in range(14))


_PRICE = [
    Rule(Field.PRICE, "NoPrice", ~_given(Field.PRICE), "the price is empty: write it, or leave the product out"),
    Rule(
        Field.PRICE,
        "AmbiguousPrice",
        pl.col(AMBIGUOUS),
        "it may be a thousand or have three decimal places: write two decimal places, or set the parameter decimal",
    ),
    Rule(Field.PRICE, "NotAPrice", pl.col(UNITS).is_null(), "this is no price: write it like 9.99 or 9.99 EUR"),
    Rule(Field.PRICE, "NegativePrice", pl.col(UNITS) < 0, "a price is not below 0: write what the product costs"),
    Rule(
        Field.PRICE,
        "PriceTooHigh",
        pl.col(UNITS) > MOST_PRICE * SCALE,
        f"a price is at most {MOST_PRICE:,}: see whether two values have run together",
    ),
    Rule(
        Field.PRICE,
        "NoCurrency",
        pl.col(MONEY) == "",
        "no currency is said: add a column currency, write 9.99 EUR, or set the parameter currency",
    ),
    Rule(
        Field.CURRENCY,
        "UnknownCurrency",
        (pl.col(MONEY) != "") & ~pl.col(MONEY).is_in(sorted(CODES)),
        "this is no currency of ISO 4217, or its sign is that of several: write a code such as EUR, USD or SEK",
        MONEY,
    ),
]
_STOCK = [
    Rule(
        Field.STOCK,
        "NotAStock",
        _not(Field.STOCK, _WHOLE),
        "a stock is a whole number of pieces, such as 12: leave it empty where it is not counted",
    ),
    Rule(Field.STOCK, "NegativeStock", pl.col(STOCK) < 0, "a stock is not below 0: write 0 where there is none"),
    Rule(Field.STOCK, "StockTooHigh", pl.col(STOCK) > MOST_STOCK, f"a stock is at most {MOST_STOCK:,}"),
]
_WEB = [
    Rule(
        Field.URL,
        "NotAUrl",
        _not(Field.URL, f"(?i)^{_URL}$"),
        "an address begins with https:// or http:// and has no blanks: write it as the browser shows it",
    ),
    Rule(
        Field.IMAGES,
        "NotAnImageUrl",
        _not(Field.IMAGES, f"(?i)^{_IMAGE}(?:\n{_IMAGE})*$"),
        "addresses of images begin with https:// or http:// (s3: if they are keys in the shop's bucket), with commas "
        "between them and no blanks in them",
    ),
    Rule(
        Field.IMAGES,
        "TooManyImages",
        _text(Field.IMAGES).str.count_matches("\n", literal=True) >= MOST_IMAGES,
        f"a product has at most {MOST_IMAGES} images: name the best ones",
    ),
]
_GTIN = Rule(
    Field.GTIN,
    "WrongGtin",
    _given(Field.GTIN) & ~(_text(Field.GTIN).str.contains(r"^(?:\d{8}|\d{12,14})$") & (_check_sum() % 10 == 0)),
    "a GTIN has 8, 12, 13 or 14 digits of which the last one checks the others: look at the barcode, or leave it empty",
)
RULES = [
    Rule(
        REST,
        "TooManyValues",
        pl.col(REST).is_not_null(),
        "the row has more values than the header: put values with a separator in them into quotation marks",
    ),
    Rule(Field.SKU, "NoSku", ~_given(Field.SKU), "the SKU is empty: give each product a number that stays its own"),
    Rule(Field.TITLE, "NoTitle", ~_given(Field.TITLE), "the title is empty: write what the product is called"),
    *_PRICE,
    *_STOCK,
    *_WEB,
    _GTIN,
    *(
        Rule(
            field,
            "TooLong",
            _text(field).str.len_chars() > most,
            f"it has more than {most:,} characters: shorten it, or see whether a quotation mark is missing",
        )
        for field, most in _LENGTHS.items()
    ),
]
"""All of them. That a SKU is there once only is asked of the feed as a whole (duplicates.py)."""
