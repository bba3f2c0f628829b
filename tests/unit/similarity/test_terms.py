"""What describes a product: words of any script, without mark-up, and prices that are near each other."""

from decimal import Decimal

import pytest
from backroom.catalogue.model import Product
from hypothesis import given
from hypothesis import strategies as st
from similarity.terms import LONGEST_DESCRIPTION, described, terms, words


def of(**known: object) -> dict[str, float]:
    return terms(described(Product("s", **{"title": "", **known})))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p class='x'>Fr&uuml;hst&uuml;ck &amp; Tee</p>", ["frühstück", "tee"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("a_b 3-in-1", ["a", "b", "3", "in", "1"]),
        ("青い茶碗", ["青い", "い茶", "茶碗"]),
        ("1 < 2 and 3 > 2", ["1", "2", "and", "3", "2"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert list(words(text)) == expected


def test_a_word_of_the_title_counts_more_and_one_that_is_repeated_not_much_more() -> None:
    found = of(title="Cup cup", description="cup tea tea tea tea")
    assert found["cup"] > found["tea"] > 1
    assert found["tea"] < 3


def test_levels_of_a_category_are_told_with_those_above_them() -> None:
    found = of(category="Home > Kitchen/Cups", brand=" Kiln ", attributes={"Colour ": "Blue"})
    assert set(found) == {
        "category=home",
        "category=home>kitchen",
        "category=home>kitchen>cups",
        "brand=kiln",
        "attribute=colour=blue",
    }


@given(st.decimals("0.01", "100000", places=2), st.floats(1, 1.18))
def test_prices_near_each_other_have_a_band_in_common_and_far_ones_none(price: Decimal, factor: float) -> None:
    def bands(worth: Decimal) -> set[str]:
        return set(of(price=worth, currency="EUR"))

    assert bands(price) & bands(price * Decimal(factor))
    assert not bands(price) & bands(price * 2)


@pytest.mark.parametrize("price", [None, Decimal(0), Decimal("-1"), Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_price_is_in_no_band(price: Decimal | None) -> None:
    assert of(price=price) == {}


def test_no_more_is_read_than_is_sensible() -> None:
    monster = Product("s", "t" * 10_000, description="<" * 1_000_000, attributes={str(at): "x" for at in range(9_999)})
    cut = described(monster)
    assert len(cut.description) == LONGEST_DESCRIPTION
    assert len(terms(cut)) <= 52
