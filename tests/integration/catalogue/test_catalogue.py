"""What a catalogue promises, on each database that it may be in."""

from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from backroom.catalogue import database
from backroom.catalogue.database import text
from backroom.catalogue.model import Counts, Page, StockCounts
from backroom.catalogue.sqlite import SqliteCatalogue
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.catalogue.conftest import Make
from tests.integration.catalogue.rows import NOW, chunk, delta, product, stocks


def test_a_merge_counts_what_is_new_changed_and_as_it_was(make: Make) -> None:
    shop = make("shop")
    assert shop.merge(chunk(product("a"), product("b")), "one", NOW) == Counts(created=2)
    before = shop.version()
    assert shop.merge(chunk(product("a"), product("b")), "two", NOW) == Counts(unchanged=2)
    assert shop.version() == before, "nothing has changed"
    later = NOW + timedelta(hours=1)
    assert shop.merge(chunk(product("a", title="B"), product("b"), product("c")), "three", later) == Counts(1, 1, 1)
    assert {one.sku: one.updated_at for one in shop.products()} == {"a": later, "b": NOW, "c": later}
    assert shop.version() != before


def test_a_product_is_read_as_it_was_written(make: Make) -> None:
    shop = make("shop")
    shop.merge(chunk(product("ä,\"'\n", None, None, title="x'); DROP TABLE products; --")), "one", NOW)
    (found,) = shop.products()
    assert (found.sku, found.title) == ("ä,\"'\n", "x'); DROP TABLE products; --")
    assert (found.price, found.stock, found.images, found.attributes) == (None, None, ("https://a/b.jpg",), {"a": "b"})
    shop.merge(chunk(product("a", 3, "1234567.8999")), "one", NOW)
    assert next(shop.products()).price == Decimal("1234567.8999")


def test_what_an_import_did_not_bring_is_removed_when_it_is_finished(make: Make) -> None:
    shop = make("shop")
    shop.merge(chunk(*(product(sku) for sku in "abc")), "one", NOW)
    shop.finish_import("one", text(NOW))
    shop.merge(chunk(product("a")), "two", NOW)
    shop.merge(chunk(product("a"), product("d")), "two", NOW)
    assert shop.missing("two") == 2
    assert (sorted(stocks(shop)), shop.finish_import("two", text(NOW))) == (list("abcd"), Counts(removed=2))
    assert sorted(stocks(shop)) == ["a", "d"]


def test_of_deltas_the_newest_wins_in_whatever_order_they_come(make: Make) -> None:
    shop = make("shop")
    shop.merge(chunk(product("a", 1), product("b", 1)), "one", NOW)
    shop.finish_import("one", text(NOW))
    deltas = chunk(delta("a", 7, 10), delta("b", None, 10, "5"), delta("x", 1, 10), delta("y", 1, 10))
    assert shop.apply_stock(deltas, NOW) == StockCounts(2, 0, ("x", "y"))
    assert shop.apply_stock(chunk(delta("a", 9, 5)), NOW) == StockCounts(0, 1, ()), "it is older"
    assert shop.apply_stock(chunk(delta("a", 7, 30)), NOW) == StockCounts(0, 1, ()), "it says nothing new"
    assert shop.apply_stock(chunk(delta("a", 9, 20)), NOW) == StockCounts(0, 1, ()), (
        "it is older than what says nothing new"
    )
    assert [(one.sku, one.stock, one.price) for one in shop.products()] == [
        ("a", 7, Decimal("9.99")),
        ("b", 1, Decimal(5)),
    ]


def test_an_older_import_keeps_a_newer_stock_and_an_old_delta_does_not_undo_a_newer_import(make: Make) -> None:
    shop = make("shop")
    shop.merge(chunk(product("a", 1)), "one", NOW)
    shop.apply_stock(chunk(delta("a", 7, 10)), NOW)
    shop.merge(chunk(product("a", 2, title="B", at=NOW + timedelta(minutes=5))), "two", NOW)
    assert [(one.title, one.stock) for one in shop.products()] == [("B", 7)]
    at = NOW + timedelta(minutes=20)
    shop.merge(chunk(product("a", 7, title="B", at=at)), "three", NOW)
    shop.finish_import("three", text(at))
    assert shop.apply_stock(chunk(delta("a", 9, 15)), NOW) == StockCounts(0, 1, ())
    assert stocks(shop) == {"a": 7}


def test_a_writer_that_is_superseded_changes_nothing(make: Make) -> None:
    class SupersededError(Exception):
        pass

    def refuse(_connection: object) -> None:
        raise SupersededError

    shop = make("shop")
    shop.merge(chunk(product("a")), "one", NOW)
    for change in (
        lambda: shop.merge(chunk(product("b")), "two", NOW, refuse),
        lambda: shop.finish_import("two", text(NOW), refuse),
        lambda: shop.apply_stock(chunk(delta("a", 5, 5)), NOW, refuse),
        lambda: shop.put_pages([Page("/")], refuse),
    ):
        with pytest.raises(SupersededError):
            change()
    assert (stocks(shop), shop.pages(), shop.version()) == ({"a": 1}, [], 1)


def test_tenants_do_not_see_each_other(make: Make) -> None:
    one, other = make("one"), make("one-1")
    one.merge(chunk(product("a", 1)), "i", NOW)
    other.merge(chunk(product("a", 2), product("b", 2)), "i", NOW)
    one.put_pages([Page("/a", "de", "A", NOW, True, {"en": "/b"}, ("https://a/i.png",))])
    one.finish_import("none", text(NOW))
    assert (stocks(one), stocks(other), other.pages()) == ({}, {"a": 2, "b": 2}, [])
    assert one.pages() == [Page("/a", "de", "A", NOW, True, {"en": "/b"}, ("https://a/i.png",))]
    assert other.count() == 2


def test_products_come_in_the_order_of_their_bytes_and_page_by_page(make: Make) -> None:
    shop = make("shop")
    names = ["Z", "a", "B", "ä", "_", "10", "9"]
    shop.merge(chunk(*(product(name) for name in names)), "one", NOW)
    in_order = sorted(names, key=str.encode)
    assert [one.sku for one in shop.products()] == in_order
    assert [one.sku for one in shop.products(in_order[2], 3)] == in_order[3:6]


@pytest.mark.parametrize("page", [2, 3, 100])
def test_what_a_sitemap_says_of_products_comes_in_the_order_of_their_skus(
    make: Make, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PAGE", page)
    shop, skus = make("shop"), ["Z", "a", "b", "é", "日"]
    make("another").merge(chunk(product("other")), "one", NOW)
    assert list(make("empty").shown()) == []
    shop.merge(chunk(*map(product, reversed(skus))), "one", NOW)
    pages = list(shop.shown())
    expected = [(f"/p/{sku}", text(NOW), '["https://a/b.jpg"]', sku) for sku in skus]
    assert [tuple(row) for some in pages for row in some] == expected
    assert max(map(len, pages)) == min(page, len(skus))


batches = st.lists(
    st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=6), max_size=5
)
_numbers = count()


@given(batches)
def test_a_series_of_imports_leaves_what_the_last_one_brought(
    tmp_path_factory: pytest.TempPathFactory, imports: list[dict[str, tuple[int, int]]]
) -> None:
    shop = SqliteCatalogue("shop", tmp_path_factory.getbasetemp() / f"{next(_numbers)}.sqlite")
    known: dict[str, tuple[int, int]] = {}
    for number, brought in enumerate(imports):
        at = NOW + timedelta(hours=number)
        rows = [product(sku, stock, str(price), at) for sku, (stock, price) in brought.items()]
        counts = shop.merge(chunk(*rows), f"import-{number}", NOW)
        counts += shop.finish_import(f"import-{number}", text(at))
        assert counts == Counts(
            created=len(brought.keys() - known.keys()),
            updated=sum(known[sku] != brought[sku] for sku in brought.keys() & known.keys()),
            unchanged=sum(known[sku] == brought[sku] for sku in brought.keys() & known.keys()),
            removed=len(known.keys() - brought.keys()),
        )
        known = brought
        assert {one.sku: (one.stock, one.price) for one in shop.products()} == {
            sku: (stock, Decimal(price)) for sku, (stock, price) in brought.items()
        }
