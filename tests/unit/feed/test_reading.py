"""A feed is read the same in whatever form it comes."""

import gzip
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from backroom.worker.feed import delimited
from backroom.worker.feed.formats import Format
from backroom.worker.feed.limits import FeedLimits
from backroom.worker.feed.reading import read_feed
from backroom.worker.feed.records import REST, ROW
from backroom.worker.feed.rows import read_rows

PRODUCTS = [
    {"id": "A-1", "title": 'Käse, "jung" & 5 Monate', "price": "9.99 EUR"},
    {"id": "B-2", "title": "Zwei\nZeilen", "price": "0"},
    {"id": "C-3", "title": "<b>fett</b> €", "price": "12,50"},
]
SMALL = FeedLimits(batch=20)


Rows = list[dict[str, Any]]


def in_batches(path: Path, folder: Path, limits: FeedLimits | None = None) -> tuple[Format, Rows]:
    found, batches = read_feed(path, folder, limits)
    return found, pl.concat(list(batches), how="diagonal").to_dicts()


def row_by_row(path: Path, folder: Path) -> tuple[Format, Rows]:
    found, records = read_rows(path, folder)
    return found, [{**record, ROW: number} for number, record in records]


WAYS = {
    "at once": in_batches,
    "in small batches": lambda path, folder: in_batches(path, folder, SMALL),
    "row by row": row_by_row,
}


def rows(body: bytes, folder: Path, way: str = "at once") -> tuple[Format, Rows]:
    path = folder / "feed"
    path.write_bytes(body)
    return WAYS[way](path, folder)


def csv(delimiter: str = ",", newline: str = "\n") -> str:
    def cell(value: str) -> str:
        return '"' + value.replace('"', '""') + '"'

    lines = [delimiter.join(PRODUCTS[0])]
    lines += [delimiter.join(map(cell, product.values())) for product in PRODUCTS]
    return newline.join(lines) + newline


def workbook() -> bytes:
    body = io.BytesIO()
    with xlsxwriter.Workbook(body, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for number, product in enumerate([dict(zip(PRODUCTS[0], PRODUCTS[0], strict=True)), *PRODUCTS]):
            sheet.write_row(number, 0, list(product.values()))
    return body.getvalue()


def parquet() -> bytes:
    body = io.BytesIO()
    pl.DataFrame(PRODUCTS).write_parquet(body)
    return body.getvalue()


def zipped(body: bytes, name: str = "feed.csv") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._feed", b"")
        archive.writestr(name, body)
    return packed.getvalue()


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


MERCHANT = "".join(
    f"<item>{''.join(f'<g:{name}>{escaped(value)}</g:{name}>' for name, value in product.items())}</item>"
    for product in PRODUCTS
)
RSS = (
    '<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>'
    f"{MERCHANT}</channel></rss>"
)
FORMS = {
    "csv": (csv().encode(), Format.DELIMITED),
    "semicolons": (csv(";").encode(), Format.DELIMITED),
    "tabs": (csv("\t").encode(), Format.DELIMITED),
    "pipes": (csv("|").encode(), Format.DELIMITED),
    "windows": (csv(newline="\r\n").encode("cp1252"), Format.DELIMITED),
    "marked": (csv().encode("utf-8-sig"), Format.DELIMITED),
    "utf-16": (csv().encode("utf-16"), Format.DELIMITED),
    "without a last newline": (csv().rstrip("\n").encode(), Format.DELIMITED),
    "gzip": (gzip.compress(csv().encode()), Format.DELIMITED),
    "zip": (zipped(csv().encode()), Format.DELIMITED),
    "gzip in zip": (zipped(gzip.compress(csv().encode())), Format.DELIMITED),
    "lines of json": ("\n".join(map(json.dumps, PRODUCTS)).encode(), Format.NDJSON),
    "json": (json.dumps(PRODUCTS).encode(), Format.JSON),
    "json in an object": (json.dumps({"shop": {"products": PRODUCTS}}, indent=1).encode(), Format.JSON),
    "xml": (RSS.encode(), Format.XML),
    "xml in utf-16": (RSS.replace("?>", ' encoding="utf-16"?>', 1).encode("utf-16"), Format.XML),
    "xlsx": (workbook(), Format.WORKBOOK),
    "parquet": (parquet(), Format.PARQUET),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", WAYS)
def test_every_form_gives_the_same_rows(form: str, way: str, tmp_path: Path) -> None:
    body, expected = FORMS[form]
    found, read = rows(body, tmp_path, way)
    assert found is expected
    assert [{name: row[name] for name in PRODUCTS[0]} for row in read] == PRODUCTS
    numbers = [row[ROW] for row in read]
    assert numbers in ([1, 2, 3], [2, 3, 4]), "a row is counted as a person counts it"


@pytest.mark.parametrize("way", WAYS)
def test_what_is_ragged_is_told(way: str, tmp_path: Path) -> None:
    _, read = rows(b"id,title\nA\nB,b,more,and more\n", tmp_path, way)
    assert [(row["id"], row.get("title"), row[REST]) for row in read] == [("A", None, None), ("B", "b", "more")]


@pytest.mark.parametrize("way", WAYS)
def test_columns_without_a_name_or_with_the_same_are_told_apart(way: str, tmp_path: Path) -> None:
    _, read = rows(b"\n\nid,,id, name \n1,2,3,4\n", tmp_path, way)
    (row,) = read
    assert {name: value for name, value in row.items() if name not in (ROW, REST)} == {
        "id": "1",
        "column 2": "2",
        "id (2)": "3",
        "name": "4",
    }
    assert row[ROW] == 4


@pytest.mark.parametrize("way", WAYS)
def test_a_quotation_mark_that_is_none_costs_no_row(way: str, tmp_path: Path) -> None:
    body = b'id,title\nA,"a, b"\nB,5" disk\nC,"c"\nD,6" and 7" disks\n'
    _, read = rows(body, tmp_path, way)
    assert [(row["id"], row["title"], row[ROW]) for row in read] == [
        ("A", "a, b", 2),
        ("B", '5" disk', 3),
        ("C", "c", 4),
        ("D", '6" and 7" disks', 5),
    ]


def test_nested_json_is_flattened(tmp_path: Path) -> None:
    record = {"id": 1, "price": {"value": 9.5, "currency": "EUR"}, "images": ["a", "b"], "stock": None, "new": True}
    _, read = rows(json.dumps([record]).encode(), tmp_path)
    (row,) = read
    assert (row["id"], row["price.value"], row["price.currency"], row["images"], row["stock"], row["new"]) == (
        "1", "9.5", "EUR", "a,b", None, "true",
    )  # fmt: skip


def test_attributes_and_what_occurs_twice_are_read_from_xml(tmp_path: Path) -> None:
    body = b'<shop><product sku="A"><image>1</image><image>2</image><price currency="EUR">9</price></product></shop>'
    _, read = rows(body, tmp_path)
    (row,) = read
    assert (row["sku"], row["image"], row["price"], row["price.currency"]) == ("A", "1,2", "9", "EUR")


def test_what_is_well_written_is_read_by_the_fast_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(delimited, "leniently")
    found, read = rows(b"id,title\r\n1,a\r\n2,b,c\r\n3\r\n", tmp_path)
    assert [(row["id"], row["title"], row[REST]) for row in read] == [
        ("1", "a", None),
        ("2", "b", "c"),
        ("3", None, None),
    ]
    assert found is Format.DELIMITED


def test_row_by_row_text_is_read_without_what_takes_long_to_import(tmp_path: Path) -> None:
    for name, body in (("csv", csv().encode()), ("ndjson", b'{"id": 1}\n'), ("xml", RSS.encode())):
        (tmp_path / name).write_bytes(body)
    script = """
import sys
from pathlib import Path
from backroom.worker.feed.rows import read_rows
for path in sorted(Path(sys.argv[1]).iterdir()):
    assert list(read_rows(path, Path(sys.argv[1]))[1])
assert not {"polars", "fastexcel", "charset_normalizer"} & set(sys.modules), sorted(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True)
