"""The job as a whole: what a merchant opens, of shops of all kinds, and what is left alone."""

import json
from pathlib import Path
from typing import Any

import obstore
import pytest
from backroom.catalogue.bucket_file import FILE
from backroom.worker.endings import BadParams, Superseded, TooManyFailures
from report import making
from report.parts import Parts, head
from report.workbook import Workbook

from tests.unit.report.reading import (
    cards,
    formulas_of,
    loads_anything,
    numbers_of,
    page_of,
    rows_of,
    sheets_of,
    tables_of,
)
from tests.unit.report.shop import PREFIX, Kept, Shop, brief
from tests.unit.sitemap.shop import Killed, Mortal

EVIL = "=cmd|' /C calc'!A0</title><script>alert(1)</script><svg onload=alert(1)>\x00\u202e\ufffe&"
DONE: dict[str, Any] = {
    "job": "image_resize",
    "runs": 30,
    "portions": {"succeeded": 28, "failed": 2, "skipped": 1},
    "items": [1000, 12, 3],
    "seconds": 71.5,
    "cost": 0.0213,
    "reasons": {"UnreadableImage": 10},
    "causes": {"out_of_memory": 2},
}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_shop_without_a_catalogue_has_a_report_that_says_so(shop: Shop) -> None:
    shop.make()
    page = page_of(shop.get("2026-11/report.html"))
    assert page.find(".//h1").text_content() == "Kontor & Co.: November 2026"
    assert "There are no products" in page.text_content()
    assert cards(page)["Products"] == "0"
    assert rows_of(shop.get("2026-11/products.csv"))[0][:2] == ["sku", "title"]
    assert len(rows_of(shop.get("2026-11/products.csv"))) == 1
    assert len(sheets_of(shop.get("2026-11/report.xlsx"))["Changes"]) == 31


@pytest.fixture
def mixed(shop: Shop) -> Shop:
    """A shop of three products in two currencies, and what a job did for it."""
    shop.params |= {"currency": "EUR", "rates": {"CHF": "1.05"}, "brief": brief(activity=[DONE])}
    shop.stock(
        Kept("a", title="Lamp", category="Lights", units=19_900, stock=10),
        Kept("b", category="Lights", units=50_050, stock=0, currency="CHF"),
        Kept("c", category="", brand="", units=None, stock=None, changed=None),
    )
    shop.make()
    return shop


def test_the_page_has_the_figures(mixed: Shop) -> None:
    page = page_of(mixed.get("2026-11/report.html"))
    assert cards(page) | {"Products": "3", "Stock value, EUR": "19.90", "Stock value in EUR": "19.90"} == cards(page)
    tables = tables_of(page)
    assert tables["Categories"][1:] == [["Lights", "2", "1", "2", "19.90"], ["no category", "1", "0", "0", ""]]
    assert tables["Changes"][1:] == [["2026-11-20", "2"]]
    assert tables["Jobs"][1] == ["image_resize", "30", "28", "2", "1", "1,000", "12", "3", "71.5", "0.0213"]
    assert [row[1:] for row in tables["Failures"][1:]] == [
        ["UnreadableImage", "10", ""],
        ["not kept, or one of many", "2", ""],
        ["out of memory", "", "2"],
    ]


def test_csv_and_workbook_have_the_products(mixed: Shop) -> None:
    rows, book = rows_of(mixed.get("2026-11/products.csv")), sheets_of(mixed.get("2026-11/report.xlsx"))
    assert rows[1] == ["a", "Lamp", "Brand", "Lights", "1.99", "EUR", "10", "19.90", "2026-11-20 13:00:00", "yes"]
    assert rows[3][4:] == ["", "EUR", "", "", "", ""]
    assert book["Products"][1][:8] == ("a", "Lamp", "Brand", "Lights", "1.99", "EUR", "10", "19.9")
    kinds = numbers_of(mixed.get("2026-11/report.xlsx"), "Products")
    assert kinds == {"Price", "Stock", "Stock value", "Changed"}, "a text is never a number, nor a number a text"
    assert dict(book["Summary"][1:])["Products"] == "3"
    assert [row[0] for row in book["Jobs"]] == ["Job", "image_resize"]


def test_who_does_not_see_the_charts_is_told_what_is_in_them(mixed: Shop) -> None:
    page = page_of(mixed.get("2026-11/report.html"))
    charts = page.xpath("//svg")
    assert len(charts) == len({chart.get("aria-labelledby") for chart in charts}) >= 5
    for chart in charts:
        assert all(page.get_element_by_id(id_).text for id_ in chart.get("aria-labelledby").split())
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert [int(heading.tag[1]) for heading in page.xpath("//h1|//h2")] == [1, *[2] * (len(page.xpath("//section")))]
    assert page.get("lang") == "en"


def test_hostile_names_run_nothing_and_load_nothing(shop: Shop) -> None:
    shop.params["brief"] = brief(name=EVIL, activity=[DONE | {"reasons": {EVIL: 1}}])
    shop.stock(*(Kept(f"{EVIL}{n}", EVIL, EVIL, EVIL, currency=EVIL, stock=n) for n in range(3)))
    shop.make()
    for name in ("2026-11/report.html", "index.html"):
        body = shop.get(name)
        assert loads_anything(page_of(body)) == []
        assert b"<script" not in body
        assert b"\x00" not in body
        assert b"default-src 'none'" in body
    workbook = shop.get("2026-11/report.xlsx")
    assert formulas_of(workbook) == 0
    assert sheets_of(workbook)["Products"][1][1].startswith("=cmd|"), "a text, as it is"
    assert all(not cell.startswith("=") for row in rows_of(shop.get("2026-11/products.csv")) for cell in row)


def test_no_sheet_and_no_file_has_more_rows_than_it_may(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def narrow(path: Path, wanted: Any) -> Workbook:
        return Workbook(path, wanted, rows=4)

    monkeypatch.setattr(making, "Workbook", narrow)
    monkeypatch.setattr(making, "Parts", lambda: Parts(rows=5))
    shop.stock(*(Kept(f"{n:02}") for n in range(12)))
    shop.make()
    book = sheets_of(shop.get("2026-11/report.xlsx"))
    products = [row[0] for name in ("Products", "Products 2", "Products 3") for row in book[name][1:]]
    assert products == [f"{n:02}" for n in range(12)]
    files = json.loads(shop.get("2026-11/report.json"))["files"]
    parts = [name for name in files if name.endswith(".csv")]
    assert parts == ["products.csv", "products-2.csv", "products-3.csv"]
    assert [len(rows_of(shop.get(f"2026-11/{name}"))) - 1 for name in parts] == [5, 5, 2]
    monkeypatch.setattr(making, "Parts", Parts)
    shop.make(day=2, version="w")
    assert json.loads(shop.get("2026-11/report.json"))["files"][0] == "products.csv"
    assert shop.get("2026-11/products-3.csv") == head(), "what is no longer needed has no products in it"


def test_what_was_made_of_the_same_is_left_alone(shop: Shop) -> None:
    shop.stock(Kept("a"))
    shop.make(day=1)
    before = shop.written()
    shop.make(day=2)
    assert shop.written() == before
    shop.params["brief"] = brief(activity=[DONE])
    shop.make(day=3)
    assert shop.written()["2026-11/report.html"] != before["2026-11/report.html"]


def test_the_first_page_leads_to_all_months_the_latest_first(shop: Shop) -> None:
    for month, end in (("2026-09", "2026-09-30T22:00:00+00:00"), ("2026-10", "2026-10-31T23:00:00+00:00")):
        shop.params["brief"] = brief(month=month, start=f"{month}-01T00:00:00+02:00", end=end)
        shop.make()
    links = [link.get("href") for link in page_of(shop.get("index.html")).xpath("//a")]
    assert links[0] == "2026-10/report.html"
    assert links[3] == "2026-09/report.html"
    for link in links:
        assert shop.get(link)


def test_whatever_moment_it_is_killed_at_the_next_attempt_makes_it_whole(tmp_path: Path) -> None:
    whole = Shop(tmp_path)
    whole.stock(Kept("a"), Kept("b"))
    around = Mortal()
    whole.make(mortal=around)
    expected = {name: etag for name, (etag, _) in whole.written().items()}
    # Before a request and after the one before it is the same.
    for moment in range(0, around.seen, 2):
        shop = Shop(tmp_path)
        shop.stock(Kept("a"), Kept("b"))
        with pytest.raises(Killed):
            shop.make(mortal=Mortal(moment))
        if f"{PREFIX}reports/2026-11/report.json" in {e["path"] for page in obstore.list(shop.tenant) for e in page}:
            assert {f"2026-11/{n}" for n in json.loads(shop.get("2026-11/report.json"))["files"]} <= set(shop.written())
        shop.make(attempt=2)
        assert set(shop.written()) == set(expected)
        assert shop.get("2026-11/report.html") == whole.get("2026-11/report.html")
        assert shop.get("2026-11/report.xlsx") == whole.get("2026-11/report.xlsx")


def test_an_attempt_that_was_overtaken_gives_way(shop: Shop) -> None:
    shop.stock(Kept("a"))
    shop.make(day=2)
    shop.stock(Kept("b"))
    with pytest.raises(Superseded):
        shop.make(day=1, version="w")
    assert [row[0] for row in rows_of(shop.get("2026-11/products.csv"))] == ["sku", "a"]


def test_what_is_no_catalogue_fails_by_name_and_what_is_no_brief_is_the_planners_fault(shop: Shop) -> None:
    obstore.put(shop.tenant, f"{PREFIX}{FILE}", b"no database" * 100)
    with pytest.raises(TooManyFailures, match="DatabaseError"):
        shop.make()
    shop.stock(Kept("a", stock="many"))  # type: ignore[arg-type]
    with pytest.raises(TooManyFailures, match=r"BrokenCatalogue.*'a'"):
        shop.make()
    shop.stock(Kept("a"))
    shop.params["brief"] = {"month": "2026-11"}
    with pytest.raises(BadParams, match="planner"):
        shop.make()
