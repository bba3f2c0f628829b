"""What a product must be like, each rule with what is told to the merchant. Pure: expressions over a whole batch.

A rule speaks of a column of the prepared batch (`validation.prepared`): the fields as texts, and what was read of them.
"""

from dataclasses import dataclass

import polars as pl
from backroom.catalogue.model import Field
from backroom.worker.feed.currencies import CODES
from backroom.worker.feed.prices import SCALE
from backroom.worker.feed.records import REST
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

UNITS, MONEY, AMBIGUOUS, STOCK = "price_units", "money", "ambiguous", "stock_number"
MOST_IMAGES = 50
_URL = r"https?://[^\s/?#\\\"<>@]+(?:[/?#][^\s\\\"<>]*)?"
_IMAGE = rf"(?:{_URL}|s3:[^\s/\\\"<>][^\s\\\"<>]*)"
"""On the web, or a key in the tenant's bucket."""
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


def _rule(field: str, wrong: Wrong, broken: pl.Expr, shown: str = "") -> Rule:
    return Rule(field, wrong.reason, broken, wrong.message, shown)


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
    _rule(Field.PRICE, AMBIGUOUS_PRICE, pl.col(AMBIGUOUS)),
    _rule(Field.PRICE, NOT_A_PRICE, pl.col(UNITS).is_null()),
    _rule(Field.PRICE, NEGATIVE_PRICE, pl.col(UNITS) < 0),
    _rule(Field.PRICE, PRICE_TOO_HIGH, pl.col(UNITS) > MOST_PRICE * SCALE),
    Rule(
        Field.PRICE,
        "NoCurrency",
        pl.col(MONEY) == "",
        "no currency is said: add a column currency, write 9.99 EUR, or set the parameter currency",
    ),
    _rule(Field.CURRENCY, UNKNOWN_CURRENCY, (pl.col(MONEY) != "") & ~pl.col(MONEY).is_in(sorted(CODES)), MONEY),
]
_STOCK = [
    _rule(Field.STOCK, NOT_A_STOCK, _not(Field.STOCK, WHOLE)),
    _rule(Field.STOCK, NEGATIVE_STOCK, pl.col(STOCK) < 0),
    _rule(Field.STOCK, STOCK_TOO_HIGH, pl.col(STOCK) > MOST_STOCK),
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
    _rule(REST, TOO_MANY_VALUES, pl.col(REST).is_not_null()),
    _rule(Field.SKU, NO_SKU, ~_given(Field.SKU)),
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
