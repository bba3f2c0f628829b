"""The list of a feed's images: each once, in the feed's order, however the rows fall into batches."""

import gzip
import tempfile
from pathlib import Path

import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from product_import import pictures
from product_import.pictures import pictures_of

ADDRESS = st.sampled_from([f"https://cdn.example/{number}.jpg?a=ü,[b]" for number in range(8)] + ["s3:a.jpg"])


@settings(max_examples=25)
@given(st.lists(st.lists(ADDRESS, max_size=4), max_size=12), st.integers(0, 12), st.integers(1, 5))
def test_each_address_comes_once_with_its_first_product(rows: list[list[str]], most: int, batch: int) -> None:
    expected: dict[str, str] = {}
    for number, images in enumerate(rows):
        for image in images:
            expected.setdefault(image, f'=p"{number}')
    frame = pl.DataFrame(
        {
            "sku": [f'=p"{number}' for number in range(len(rows))],
            "images": [orjson.dumps(images).decode() for images in rows],
        },
        schema={"sku": pl.String, "images": pl.String},
    )
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "_ROWS", batch)
        path = Path(folder) / "accepted"
        frame.write_parquet(path)
        found = pictures_of(path, most)
    lines = [orjson.loads(line) for line in gzip.decompress(found.packed).splitlines()]
    assert lines == [[address, "", 0, sku] for address, sku in expected.items()][:most]
    assert found.count == len(lines)
    assert found.more == (len(expected) > most)


def test_a_tenant_that_wants_none_has_an_empty_list() -> None:
    assert gzip.decompress(pictures_of(None, 5).packed) == b""
