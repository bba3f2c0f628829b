"""Reads prices as merchants write them: `9.99 EUR`, `9,99 €`, `1.234,50`, `CHF 1'234.50`, `12,-`. Pure.

What may be two prices is none: `1.234` is a thousand here and one elsewhere, and a wrong price sells goods.
"""

import polars as pl
from backroom.catalogue.model import PRICE_UNIT

SCALE = int(1 / PRICE_UNIT)
"""Units that a price of 1 has."""
_SIMPLE = r"^\d{1,9}(?:\.\d{1,2})?$"
_PARTS = r"^([^\d.,+-]*)([+-]?\d(?:[\d.,\s'\u2019]*\d)?)([^\d]*)$"
_AROUND = " .,-\u2013\u00a0\u202f"
_AMBIGUOUS = r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$"
_POINT = r"^[+-]?\d+(?:\.\d{1,4})?$"
_COMMA = r"^[+-]?\d+(?:,\d{1,4})?$"
_COMMAS_GROUP = r"^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d{1,4})?$"
_POINTS_GROUP = r"^[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,4})?$"
_BLANKS_GROUP = r"^[+-]?[1-9]\d{0,2}(?:[\s'\u2019]\d{3})+(?:[.,]\d{1,4})?$"


def read_prices(texts: pl.Series, decimal: str | None) -> pl.DataFrame:
    """Read prices; `decimal` is the sign before decimal places (`.` or `,`) where the tenant says it.

    Gives `units` (SCALE-ths, null of what is no price), `money` (what stands around the number, in upper case) and
    `ambiguous`.
    """
    simple = texts.str.contains(_SIMPLE)
    units = _units(texts)
    if simple.all():
        return pl.DataFrame({"units": units}).with_columns(money=pl.lit(""), ambiguous=pl.lit(value=False))
    places = (~simple).arg_true()
    hard = _read_parts(texts.gather(places), decimal)
    blank = pl.repeat("", texts.len(), dtype=pl.String, eager=True)
    never = pl.repeat(value=False, n=texts.len(), dtype=pl.Boolean, eager=True)
    return pl.DataFrame(
        {
            "units": units.scatter(places, hard["units"]),
            "money": blank.scatter(places, hard["money"]),
            "ambiguous": never.scatter(places, hard["ambiguous"]),
        }
    )


def _units(numbers: pl.Series) -> pl.Series:
    """Exact: below 10^11 a double tells SCALE-ths apart."""
    return (numbers.cast(pl.Float64, strict=False) * SCALE).round().cast(pl.Int64, strict=False)


def _read_parts(texts: pl.Series, decimal: str | None) -> pl.DataFrame:
    parts = texts.str.extract_groups(_PARTS).struct.unnest()
    numbers = pl.DataFrame({"number": parts["2"]}).select(
        normal=_normal(decimal), ambiguous=pl.lit(value=False) if decimal else pl.col("number").str.contains(_AMBIGUOUS)
    )
    money = (parts["1"] + parts["3"]).str.strip_chars(_AROUND).str.to_uppercase()
    return pl.DataFrame(
        {
            "units": _units(numbers["normal"]),
            "money": money.fill_null(""),
            "ambiguous": numbers["ambiguous"].fill_null(value=False),
        }
    )


def _normal(decimal: str | None) -> pl.Expr:
    """Give the number with a point before its decimal places and nothing else in it; null if it is none."""
    number = pl.col("number")
    pointed = [(_POINT, number), (_COMMAS_GROUP, number.str.replace_all(",", "", literal=True))]
    commaed = number.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    forms = {".": pointed, ",": [(_COMMA, commaed), (_POINTS_GROUP, commaed)]}
    plain = number.str.replace_all(r"[\s'\u2019]", "").str.replace(",", ".", literal=True)
    chosen = forms[decimal] if decimal else [(_AMBIGUOUS, pl.lit(None, pl.String)), *forms["."], *forms[","]]
    normal = pl.lit(None, pl.String)
    for form, value in reversed([*chosen, (_BLANKS_GROUP, plain)]):
        normal = pl.when(number.str.contains(form)).then(value).otherwise(normal)
    return normal
