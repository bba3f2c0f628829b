"""Texts of tenants as they may stand in a file for a person: legible, and no formula."""

import re

import polars as pl

UNSEEN = r"[\x00-\x1f\x7f-\x9f\x{2028}\x{2029}\x{fffe}\x{ffff}]+"
"""Control characters, other ends of lines, and what XML 1.0 cannot hold; as Polars writes it."""
_UNSEEN = re.compile(re.sub(r"\\x\{(\w{4})\}", r"\\u\1", UNSEEN))
_BEGINS = r"[=+\-@＝＋－＠]"  # noqa: RUF001 - the wide ones are meant
"""What spreadsheets take for the beginning of a formula, in Japanese ones also written wide."""
_FIRST = rf"^([\s\"']*{_BEGINS})"
_AFTER_SEMICOLON = rf"(;[\s\"']*)({_BEGINS})"


def legible(text: str) -> str:
    """Give a text in one line, without what nobody sees."""
    return _UNSEEN.sub(" ", text).strip()


def all_legible(texts: pl.Expr) -> pl.Expr:
    """The same of a column."""
    return texts.str.replace_all(UNSEEN, " ").str.strip_chars()


def inert(texts: pl.Expr) -> pl.Expr:
    """Put a `'` before what a spreadsheet would compute when it opens the column as CSV.

    Not only at the beginning of a cell: where it takes `;` for the end of a cell, as with German settings, it would
    find a formula behind each (OWASP, CSV Injection).
    """
    return texts.str.replace(_FIRST, "'${1}").str.replace_all(_AFTER_SEMICOLON, "${1}'${2}")
