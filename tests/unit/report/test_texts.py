"""No text of a tenant is a formula, however a spreadsheet cuts the file."""

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st
from report.parts import Parts, amount
from report.texts import inert, legible

from tests.unit.report.reading import BEGINS, rows_of
from tests.unit.report.shop import Kept, framed

ODD = "=+-@＝－;,\t\r\n\x00\x85\u2028\ufffe \"'|a1"  # noqa: RUF001 - the wide ones are meant
NASTY = st.text(st.sampled_from(ODD) | st.characters(codec="utf-8"), max_size=12)


@given(NASTY, NASTY)
@settings(max_examples=150, deadline=None)
@example("=cmd|' /C calc'!A0", "x;=1+1")
@example(' "=1', ";'=1")
@example('a;"=1', 'a";=1')
def test_no_cell_is_a_formula_whatever_ends_it(title: str, brand: str) -> None:
    parts = Parts()
    (body,) = [*parts.add(framed(Kept("sku", title=title, brand=brand))), *parts.last(first=False)]
    for delimiter in ",;\t":
        cells = [cell for row in rows_of(body, delimiter) for cell in row]
        assert not [cell for cell in cells if cell.lstrip().startswith(tuple(BEGINS))]
    assert len(rows_of(body)) == 2


@given(NASTY)
@settings(max_examples=80, deadline=None)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    (shown,) = pl.select(inert(pl.lit(text, dtype=pl.String))).row(0)
    assert shown.replace("'", "") == text.replace("'", "")
    if not set(text) & set(BEGINS):
        assert shown == text
    assert legible(text) == legible(legible(text))
    assert not set(legible(text)) & set("\t\r\n\x00\x85\u2028\ufffe")


@given(st.lists(st.none() | st.integers(-(2**63) + 1, 2**63 - 1), max_size=5))
@settings(max_examples=60, deadline=None)
def test_amounts_are_exact(units: list[int | None]) -> None:
    shown = pl.DataFrame({"u": units}, schema={"u": pl.Int64}).select(amount("u")).to_series().to_list()
    for unit, text in zip(units, shown, strict=True):
        if unit is None:
            assert text is None
        else:
            whole, _, places = text.partition(".")
            assert len(places) in (2, 4)
            assert int(f"{whole}{places:0<4}") == unit
