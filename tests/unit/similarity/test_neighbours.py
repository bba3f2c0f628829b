"""Similar products: what a slow and plain computation finds, to the last byte the same however the work is cut."""

import gzip
import json
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from backroom.catalogue.model import Product
from hypothesis import given, settings
from hypothesis import strategies as st
from similarity import model, neighbours, writing
from similarity.model import part_size
from similarity.neighbours import Wanted
from similarity.terms import described, terms
from similarity.writing import write

from tests.unit.similarity.goods import computed, goods, skus

Found = dict[str, list[tuple[str, float]]]


def read(body: bytes) -> Found:
    lines = [json.loads(line) for line in gzip.decompress(body).splitlines()]
    return {line["sku"]: [(one["sku"], one["score"]) for one in line["similar"]] for line in lines}


def plainly(shops: Sequence[Sequence[Product]], wanted: Wanted) -> list[dict[str, list[tuple[str, float]]]]:
    """Compare everything with everything in plain Python; all similar ones, best first."""
    told = [[terms(described(product)) for product in shop] for shop in shops]
    having = Counter(term for shop in told for product in shop for term in product)
    total = sum(map(len, shops))
    rarity = {term: math.log((1 + total) / (1 + count)) + 1 for term, count in having.items()}

    def cosine(one: dict[str, float], other: dict[str, float]) -> float:
        def dot(a: dict[str, float], b: dict[str, float]) -> float:
            return sum(a[term] * b[term] * rarity[term] ** 2 for term in a.keys() & b.keys())

        return dot(one, other) / math.sqrt(dot(one, one) * dot(other, other))

    found = []
    for shop, products in zip(shops, told, strict=True):
        rows: dict[str, list[tuple[str, float]]] = {}
        for product, mine in zip(shop, products, strict=True):
            others = [(one.sku, cosine(mine, its)) for one, its in zip(shop, products, strict=True) if one != product]
            rows[product.sku] = sorted(others, key=lambda pair: (-pair[1], pair[0]))
        found.append(rows)
    return found


@settings(max_examples=12)
@given(
    counts=st.lists(st.integers(0, 25), min_size=1, max_size=3),
    seed=st.integers(0, 10_000),
    size=st.integers(1, 26),
    block=st.sampled_from([1, 40, neighbours.BLOCK]),
    most=st.integers(1, 12),
)
def test_parts_and_blocks_of_any_size_give_the_same_bytes_and_those_are_right(
    counts: list[int], seed: int, size: int, block: int, most: int
) -> None:
    shops, wanted = [goods(count, seed + at) for at, count in enumerate(counts)], Wanted(most, 1_000)
    whole = computed(shops, [1_000] * len(shops), wanted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "BLOCK", block)
        assert computed(shops, [size] * len(shops), wanted) == whole
    for shop, body, expected in zip(shops, whole, plainly(shops, wanted), strict=True):
        found = read(body)
        assert list(found) == skus(shop)
        for sku, similar in found.items():
            scores = [score for _, score in similar]
            assert scores == pytest.approx([score for _, score in expected[sku]][: len(similar)], abs=2e-4)
            assert all(dict(expected[sku])[other] == pytest.approx(score, abs=2e-4) for other, score in similar)
            assert similar == sorted(similar, key=lambda pair: (-pair[1], pair[0]))
            assert len(similar) == most or all(score < 0.1 + 2e-4 for _, score in expected[sku][len(similar) :])


def test_of_those_that_are_alike_the_first_by_sku_are_taken_and_a_product_is_not_like_itself() -> None:
    alike = [Product(f"{number:02}", "Cup, blue") for number in range(9)] + [Product("99", "Rake")]
    (body,) = computed([alike], [4], Wanted(3, 1_000))
    found = read(body)
    assert found["05"] == [("00", 1.0), ("01", 1.0), ("02", 1.0)]
    assert [sku for sku, _ in found["01"]] == ["00", "02", "03"]
    assert found["99"] == []


def test_another_shop_of_the_model_changes_how_rare_words_are_but_is_never_seen() -> None:
    shop = [Product("a", "blue cup"), Product("b", "blue plate"), Product("c", "red cup")]
    other = [Product(f"o{number}", "blue vase") for number in range(20)]
    alone = read(computed([shop], [10], Wanted(5, 1))[0])
    beside = read(computed([shop, other], [10, 10], Wanted(5, 1))[0])
    assert [sku for sku, _ in alone["a"]] == ["b", "c"], "alike: the first by SKU"
    assert [sku for sku, _ in beside["a"]] == ["c", "b"], "blue is common now"
    assert {sku for similar in beside.values() for sku, _ in similar} <= {"a", "b", "c"}


def test_what_too_many_products_of_a_shop_have_is_not_compared_by(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = [Product(f"{number}", "cup" if number else "cup rake") for number in range(6)] + [Product("x", "rake")]
    assert read(computed([shop], [3], Wanted(9, 1_000))[0])["1"]
    monkeypatch.setattr(model, "COMMON", 5)
    found = read(computed([shop], [3], Wanted(9, 1_000))[0])
    assert found["0"] == [("x", 1.0)]
    assert found["1"] == []


def test_parts_are_small_enough_for_all_and_large_enough_to_be_worth_it() -> None:
    assert [part_size(count, 4) for count in (0, 900, 30_000, 3_000_000)] == [1_000, 1_000, 3_750, 20_000]


def test_a_large_file_is_the_same_bytes_however_it_comes_together() -> None:
    count, most = 5_000, 10
    table = np.sort(np.random.default_rng(1).integers(1 << 32, neighbours.UNIT << 32, (count, most)))[:, ::-1]
    table = (table & ~neighbours._LAST) | (neighbours._LAST - table % count)
    names = [f"sku-{number}" for number in range(count)]
    whole = write(names, [table])
    assert len(gzip.decompress(whole.body)) > writing._PIECE
    assert write(names, np.split(table, [1, 700, 4_999])) == whole
