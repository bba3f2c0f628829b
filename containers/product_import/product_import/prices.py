"""Reads whole columns of prices, by the same forms as `backroom.worker.feed.prices` reads one. Pure."""

import polars as pl
from backroom.worker.feed.prices import (
    AMBIGUOUS,
    AROUND,
    BLANKS,
    BLANKS_GROUP,
    COMMA,
    COMMAS_GROUP,
    PARTS,
    POINT,
    POINTS_GROUP,
    SCALE,
    SIMPLE,
)


def read_prices(texts: pl.Series, decimal: str | None) -> pl.DataFrame:
    """Read prices; `decimal` is the sign before decimal places (`.` or `,`) where the tenant says it.

    Gives `units` (SCALE-ths, null of what is no price), `money` (what stands around the number, in upper case) and
    `ambiguous`.
    """
    simple = texts.str.contains(SIMPLE)
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
    parts = texts.str.extract_groups(PARTS).struct.unnest()
    numbers = pl.DataFrame({"number": parts["2"]}).select(
        normal=_normal(decimal), ambiguous=pl.lit(value=False) if decimal else pl.col("number").str.contains(AMBIGUOUS)
    )
    money = (parts["1"] + parts["3"]).str.strip_chars(AROUND).str.to_uppercase()
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
    pointed = [(POINT, number), (COMMAS_GROUP, number.str.replace_all(",", "", literal=True))]
    commaed = number.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    forms = {".": pointed, ",": [(COMMA, commaed), (POINTS_GROUP, commaed)]}
    plain = number.str.replace_all(BLANKS, "").str.replace(",", ".", literal=True)
    chosen = forms[decimal] if decimal else [(AMBIGUOUS, pl.lit(None, pl.String)), *forms["."], *forms[","]]
    normal = pl.lit(None, pl.String)
    for form, value in reversed([*chosen, (BLANKS_GROUP, plain)]):
        normal = pl.when(number.str.contains(form)).then(value).otherwise(normal)
    return normal
