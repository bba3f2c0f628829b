"""Duplicates, chunks as databases take them, and the file of rejects."""

import csv
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from backroom.worker.feed.records import ROW
from hypothesis import given
from hypothesis import strategies as st
from product_import import rejects as rejects_module
from product_import.chunks import Brought, Choice, Part, in_chunks
from product_import.duplicates import Seen, duplicates
from product_import.rejects import Rejects
from product_import.validation import REJECT, Usual

from tests.unit.product_import.feeds import GOOD, check

ALL = Choice(pl.Series(ROW, [], pl.Int64))


def parts_of(folder: Path, *batches: list[str]) -> tuple[list[Part], Seen]:
    parts, seen, first = [], Seen(), 2
    for number, skus in enumerate(batches):
        accepted = check(*(GOOD | {"id": sku} for sku in skus)).accepted.with_columns(pl.col(ROW) + first - 2)
        accepted.write_parquet(folder / f"{number}")
        seen.add(accepted)
        parts.append(Part(folder / f"{number}", accepted.height))
        first += len(skus)
    return parts, seen


def test_of_a_sku_that_comes_again_the_first_row_stands(tmp_path: Path) -> None:
    parts, seen = parts_of(tmp_path, ["a", "b", "a"], ["c", "b", "a"])
    found = duplicates([part.path for part in parts], seen.suspects(), "Nr.")
    assert found.select("row", "column", "value", "reason").rows() == [
        (row, "Nr.", sku, "DuplicateSku") for row, sku in ((4, "a"), (6, "b"), (7, "a"))
    ]
    assert found["message"][2].startswith("row 2 has this SKU already")
    kept = [row[0] for chunk in in_chunks(parts, Choice(found["row"]), 100) for row in chunk]
    assert kept == ["a", "b", "c"]


def test_rows_whose_checksums_only_are_the_same_are_no_duplicates(tmp_path: Path) -> None:
    parts, _ = parts_of(tmp_path, ["a", "b"])
    assert duplicates([part.path for part in parts], pl.Series(ROW, [2, 3]), "id").is_empty()


@given(st.lists(st.integers(1, 50), max_size=30), st.integers(1, 100))
def test_chunks_hold_every_part_once_in_order_and_no_more_than_they_may(sizes: list[int], most: int) -> None:
    parts = [Part(Path(str(number)), size) for number, size in enumerate(sizes)]
    chunks = [chunk.parts for chunk in in_chunks(parts, ALL, most)]
    assert [part for chunk in chunks for part in chunk] == parts
    assert all(len(chunk) == 1 or sum(part.rows for part in chunk) <= most for chunk in chunks)
    assert not any(sum(part.rows for part in one) + other[0].rows <= most for one, other in pairwise(chunks))


def test_a_chunk_is_the_same_as_rows_and_as_csv(tmp_path: Path) -> None:
    accepted = check(
        GOOD | {"id": 'a,"b"', "title": "two\nlines", "stock": ""}, GOOD | {"stock": "3"}, usual=Usual("EUR")
    ).accepted
    accepted.write_parquet(tmp_path / "0")
    (chunk,) = in_chunks([Part(tmp_path / "0", 2)], ALL, 10)
    # Of csv's values, those without quotation marks that are empty are NULL.
    written = b"".join(chunk.csv())
    read = list(csv.reader(written.decode().splitlines(keepends=True)))
    assert read == [["" if value is None else str(value) for value in row] for row in chunk]
    assert b',"",99900,EUR,,2026-' in written
    assert b',"",99900,EUR,3,2026-' in written


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.data())
def test_of_the_rows_on_disk_those_that_are_asked_for_come_in_their_order(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    parts, _ = parts_of(folder, *([f"{part}-{row}" for row in range(size)] for part, size in enumerate(sizes)))
    numbers = list(range(2, 2 + sum(sizes)))
    only = data.draw(st.lists(st.sampled_from(numbers), unique=True))
    left_out = data.draw(st.lists(st.sampled_from(numbers), unique=True))
    choice = Choice(pl.Series(ROW, left_out, pl.Int64), pl.Series(ROW, sorted(only), pl.Int64))
    found = [row[0] for row in Brought(parts, choice)]
    assert found == [number for number in numbers if number in only and number not in left_out]


def test_a_file_of_rejects_has_no_live_formula_in_it(tmp_path: Path) -> None:
    rejects = Rejects(tmp_path / "rejects.csv")
    cells = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "a=1", '"=1']
    rejects.add(
        pl.DataFrame([(n, "price", cell, "NotAPrice", "no") for n, cell in enumerate(cells)], REJECT, orient="row")
    )
    text = rejects.path.read_text("utf-8-sig")
    shown = [row["value"] for row in csv.DictReader(text.splitlines())]
    assert shown == [f"'{cell}" for cell in cells[:5]] + cells[5:]
    assert rejects.most_frequent() == "NotAPrice 7"


def test_a_file_of_rejects_ends_where_nobody_reads_on_but_all_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejects_module, "MOST", 3)
    rejects = Rejects(tmp_path / "rejects.csv")
    for number in range(5):
        rejects.add(pl.DataFrame([(number, "a", "b", "NoSku", "c")] * 2, REJECT, orient="row"))
    assert (len(rejects.path.read_text().splitlines()), rejects.reasons) == (4, {"NoSku": 10})
