"""Reads prices as merchants write them: `9.99 EUR`, `9,99 €`, `1.234,50`, `CHF 1'234.50`, `12,-`. Pure.

What may be two prices is none: `1.234` is a thousand here and one elsewhere, and a wrong price sells goods. The forms
are regular expressions that mean the same in Python and in Polars, which reads whole columns by them.
"""

import re
from typing import NamedTuple

from backroom.catalogue.model import PRICE_UNIT

SCALE = int(1 / PRICE_UNIT)
"""Units that a price of 1 has."""
SIMPLE = r"^[0-9]{1,9}(?:\.[0-9]{1,2})?$"
PARTS = r"^([^0-9.,+-]*)([+-]?[0-9](?:[0-9.,\s'\u2019]*[0-9])?)([^0-9]*)$"
AROUND = " .,-\u2013\u00a0\u202f"
"""What may stand between a number and its currency."""
AMBIGUOUS = r"^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}$"
POINT = r"^[+-]?[0-9]+(?:\.[0-9]{1,4})?$"
COMMA = r"^[+-]?[0-9]+(?:,[0-9]{1,4})?$"
COMMAS_GROUP = r"^[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]{1,4})?$"
POINTS_GROUP = r"^[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]{1,4})?$"
BLANKS_GROUP = r"^[+-]?[1-9][0-9]{0,2}(?:[\s'\u2019][0-9]{3})+(?:[.,][0-9]{1,4})?$"
BLANKS = r"[\s'\u2019]"
_SIMPLE, _PARTS, _AMBIGUOUS, _BLANKS = map(re.compile, (SIMPLE, PARTS, AMBIGUOUS, BLANKS))
_POINTED, _COMMAED = ([re.compile(form) for form in forms] for forms in ((POINT, COMMAS_GROUP), (COMMA, POINTS_GROUP)))
_GROUPED = re.compile(BLANKS_GROUP)


class Price(NamedTuple):
    """What a text says of a price."""

    units: int | None
    """SCALE-ths; None of what is no price."""
    money: str = ""
    """What stands around the number, in upper case."""
    ambiguous: bool = False


def read_price(text: str, decimal: str | None = None) -> Price:
    """Read a price; `decimal` is the sign before decimal places (`.` or `,`) where the tenant says it."""
    if _SIMPLE.fullmatch(text):
        return Price(_units(text))
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return Price(None)
    before, number, after = parts.groups()
    ambiguous = decimal is None and _AMBIGUOUS.fullmatch(number) is not None
    normal = None if ambiguous else _normal(number, decimal)
    money = (before + after).strip(AROUND).upper()
    return Price(None if normal is None else _units(normal), money, ambiguous)


def _normal(number: str, decimal: str | None) -> str | None:
    """Give the number with a point before its decimal places and nothing else in it; None if it is none."""
    if decimal != "," and any(form.fullmatch(number) for form in _POINTED):
        return number.replace(",", "")
    if decimal != "." and any(form.fullmatch(number) for form in _COMMAED):
        return number.replace(".", "").replace(",", ".")
    return _BLANKS.sub("", number).replace(",", ".") if _GROUPED.fullmatch(number) else None


def _units(number: str) -> int:
    """Exact: below 10^11 a double tells SCALE-ths apart."""
    return round(float(number) * SCALE)
