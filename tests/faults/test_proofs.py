"""A seeded sample of each proof (the whole: `make faults`), and that each finds what goes wrong without the fence."""

import os

import pytest

from tests.faults.__main__ import PROOFS
from tests.faults.report import CARELESS, PAGE, WHOLE, WITHOUT, Row, proofs, with_rows

pytestmark = pytest.mark.long

SEED = os.environ.get("BACKROOM_FAULTS_SEED", "1")
SAMPLE = {"lines": 20, "pairs": 4, "undead": 2, "events": 4, "network_40": 3}
TIMEOUT = 280


def test_nothing_is_lost_twice_or_torn() -> None:
    found = proofs(*(f"{name}={count}" for name, count in SAMPLE.items()), "--seed", SEED, timeout=TIMEOUT)
    assert [proof["violations"] for proof in found] == [[]] * len(SAMPLE)
    assert all(proof["counts"][proof["counted"]] >= SAMPLE[proof["name"]] for proof in found)


def test_without_fences_the_same_faults_have_effects_twice() -> None:
    for proof in proofs(*(f"{name}=200" for name in CARELESS), "--careless", "--seed", SEED, timeout=TIMEOUT):
        assert "counted" in proof["violations"][0]
        assert "was written" in proof["violations"][0]


def test_the_page_tells_of_every_proof_and_has_the_results_of_each() -> None:
    page = PAGE.read_text("utf-8")
    assert set(PROOFS) == set(WHOLE)
    assert [name for name in PROOFS if f"**`{name}`**" not in page] == []
    assert [name for name in (*WHOLE, *(name + WITHOUT for name in CARELESS)) if f"| `{name}` |" not in page] == []
    assert with_rows(page, []) == page, "a row is one of a proof, and there is but one of a seed"


def test_a_proof_s_new_results_take_the_place_of_the_same_seed_s_and_no_other_s() -> None:
    page = PAGE.read_text("utf-8")
    before = page.count("| `pairs` |")
    once = with_rows(page, [Row("pairs", "| `pairs` | new | 987654321 |")])
    assert once.count("| `pairs` |") == before + 1
    again = with_rows(once, [Row("pairs", "| `pairs` | newer | 987654321 |")])
    assert again.count("| `pairs` |") == before + 1
    assert "| newer |" in again
    assert with_rows(again, []) == again
