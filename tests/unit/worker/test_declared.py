"""Declared items on disk are the sequence that they would be in memory, and their digest is of all of it."""

import gzip
import tempfile
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from backroom.worker.declared import ItemLines, digest_of, unpack_lines
from backroom.worker.portion import Item, Portion
from hypothesis import given, settings
from hypothesis import strategies as st

PORTION = Portion(1, "t", "b", "", {}, "0" * 12, (), 1.0, "0" * 12)
ROWS = st.lists(st.tuples(st.text(), st.text(), st.integers(0, 2**40), st.text()), max_size=20)


def lines(rows: list[tuple[str, str, int, str]], folder: str) -> ItemLines:
    packed = gzip.compress(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    return unpack_lines(packed, Path(folder) / "items")


@settings(max_examples=30)
@given(ROWS, ROWS)
def test_they_are_what_was_written(
    rows: list[tuple[str, str, int, str]], others: list[tuple[str, str, int, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = lines(rows, folder)
        expected = [Item(index, *row[:3]) for index, row in enumerate(rows)]
        assert list(found) == [found[index] for index in range(len(found))] == found[:] == expected
        assert [found.row(index)[3] for index in range(len(found))] == [row[3] for row in rows]
        with pytest.raises(IndexError):
            found[len(rows)]
        with tempfile.TemporaryDirectory() as elsewhere:
            same = digest_of(PORTION, found) == digest_of(PORTION, lines(others, elsewhere))
        assert same == ([row[:3] for row in rows] == [row[:3] for row in others])
        assert digest_of(PORTION, found) != digest_of(replace(PORTION, fingerprint="1" * 12), found)
