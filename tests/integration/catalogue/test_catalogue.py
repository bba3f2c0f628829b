"""What a catalogue promises, on each database that it may be in."""

from array import array
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from backroom.catalogue import database
from backroom.catalogue.database import Catalogue, text
from backroom.catalogue.importing import Difference
from backroom.catalogue.model import Counts, Page, StockCounts
from backroom.catalogue.sqlite import SqliteCatalogue
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.catalogue.conftest import Make
from tests.integration.catalogue.rows import NOW, bring, chunk, delta, product, stocks


def test_a_merge_counts_what_is_new_changed_and_as_it_was(make: Make) -> None:
    shop = make("shop")
    assert shop.merge(chunk(product("a"), product("b")), NOW) == Counts(created=2)
    before = shop.version()
    assert shop.merge(chunk(product("a"), product("b")), NOW) == Counts(unchanged=2)
    assert shop.version() == before, "nothing has changed"
    later = NOW + timedelta(hours=1)
    assert shop.merge(chunk(product("a", title="B"), product("b"), product("c")), later) == Counts(1, 1, 1)
    assert {one.sku: one.updated_at for one in shop.products()} == {"a": later, "b": NOW, "c": later}
    assert shop.version() != before


def test_a_product_is_read_as_it_was_written(make: Make) -> None:
    shop = make("shop")
    shop.merge(chunk(product("ä,\"'\n", None, None, title="x'); DROP TABLE products; --")), NOW)
    (found,) = shop.products()
    assert (found.sku, found.title) == ("ä,\"'\n", "x'); DROP TABLE products; --")
    assert (found.price, found.stock, found.images, found.attributes) == (None, None, ("https://a/b.jpg",), {"a": "b"})
    shop.merge(chunk(product("a", 3, "1234567.8999")), NOW)
    assert next(shop.products()).price == Decimal("1234567.8999")


def test_what_an_import_did_not_bring_is_removed_when_it_is_finished(make: Make) -> None:
    shop = make("shop")
    bring(shop, *(product(sku) for sku in "abc"))
    with shop.importing() as importing:
        importing.compare(chunk((0, "a", 1), (1, "d", 1)))
        assert (importing.difference, importing.difference.before) == (Difference(2, 1, 2, 2), 3)
        assert sorted(stocks(shop)) == list("abc"), "comparing changes nothing"
        assert importing.merge(chunk(product("a"), product("d")), NOW) == Counts(1, 0, 1)
        assert importing.finish(text(NOW)) == Counts(removed=2)
    assert sorted(stocks(shop)) == ["a", "d"]


def test_an_import_is_asked_for_the_rows_that_may_differ_and_for_no_other(make: Make) -> None:
    shop = make("shop")
    assert bring(shop, *map(product, "abcd")) == Counts(created=4)
    version = shop.version()
    assert bring(shop, *map(product, "abcd")) == Counts(unchanged=4)
    assert shop.version() == version, "nothing has changed"
    shop.apply_stock(chunk(delta("b", 7, 5)), NOW)
    with shop.importing() as importing:
        importing.compare(chunk(*((place, sku, digest) for place, (sku, digest) in enumerate(known(shop)))))
        assert importing.places() == array("q", [1]), "a delta has changed b since"
    later = NOW + timedelta(minutes=10)
    assert bring(shop, *(product(sku, at=later) for sku in "abcd"), at=later) == Counts(updated=1, unchanged=3)
    assert stocks(shop) == dict.fromkeys("abcd", 1)


def test_what_a_digest_did_not_tell_to_be_the_same_it_tells_the_next_time(make: Make) -> None:
    shop = make("shop")
    shop.merge(chunk(*map(product, "ab")), NOW)
    assert bring(shop, *map(product, "ab")) == Counts(unchanged=2)
    assert [digest for _, digest in known(shop)].count(None) == 0


def test_an_import_that_is_given_up_changes_nothing_of_a_file(make: Make) -> None:
    shop = make("shop")
    bring(shop, product("a"))
    if isinstance(shop, SqliteCatalogue):
        with suppress(KeyError), shop.importing() as importing:
            importing.compare(chunk((0, "b", 1)))
            assert importing.merge(chunk(product("b")), NOW) == Counts(created=1)
            raise KeyError
        assert stocks(shop) == {"a": 1}


def known(shop: Catalogue) -> list[tuple[str, int | None]]:
    with shop.transaction() as connection:
        return list(shop.execute(connection, "SELECT sku, digest FROM products WHERE tenant = :tenant ORDER BY sku"))


def test_a_price_does_not_wait_for_a_stock_nor_is_it_taken_in_another_currency(make: Make) -> None:
    shop = make("shop")
    bring(shop, product("a", 1), product("b", 1))
    assert shop.apply_stock(chunk(delta("a", 7, 20)), NOW).updated == 1
    assert shop.apply_stock(chunk(delta("a", None, 10, "5", "EUR")), NOW).updated == 1, "of the price it is the newest"
    assert shop.apply_stock(chunk(delta("a", 3, 15, "6")), NOW).updated == 1, "its stock is older, its price is not"
    assert shop.apply_stock(chunk(delta("a", 4, 30, "5", "CHF"), delta("b", 4, 30)), NOW) == StockCounts(
        1, 0, (), ("a",)
    )
    assert {one.sku: (one.stock, one.price) for one in shop.products()} == {
        "a": (7, Decimal(6)),
        "b": (4, Decimal("9.99")),
    }


def test_of_deltas_the_newest_wins_in_whatever_order_they_come(make: Make) -> None:
    shop = make("shop")
    bring(shop, product("a", 1), product("b", 1))
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
    shop.merge(chunk(product("a", 1)), NOW)
    shop.apply_stock(chunk(delta("a", 7, 10)), NOW)
    shop.merge(chunk(product("a", 2, title="B", at=NOW + timedelta(minutes=5))), NOW)
    assert [(one.title, one.stock) for one in shop.products()] == [("B", 7)]
    at = NOW + timedelta(minutes=20)
    bring(shop, product("a", 7, title="B", at=at), at=at)
    assert shop.apply_stock(chunk(delta("a", 9, 15)), NOW) == StockCounts(0, 1, ())
    assert stocks(shop) == {"a": 7}


def test_a_writer_that_is_superseded_changes_nothing(make: Make) -> None:
    class SupersededError(Exception):
        pass

    def refuse(_connection: object) -> None:
        raise SupersededError

    shop = make("shop")
    shop.merge(chunk(product("a")), NOW)
    for change in (
        lambda: shop.merge(chunk(product("b")), NOW, refuse),
        lambda: bring(shop, product("b"), fence=refuse),
        lambda: shop.apply_stock(chunk(delta("a", 5, 5)), NOW, refuse),
        lambda: shop.put_pages([Page("/")], refuse),
    ):
        with pytest.raises(SupersededError):
            change()
    assert (stocks(shop), shop.pages(), shop.version()) == ({"a": 1}, [], 1)


def test_tenants_do_not_see_each_other(make: Make) -> None:
    one, other = make("one"), make("one-1")
    one.merge(chunk(product("a", 1)), NOW)
    other.merge(chunk(product("a", 2), product("b", 2)), NOW)
    one.put_pages([Page("/a", "de", "A", NOW, True, {"en": "/b"}, ("https://a/i.png",))])
    bring(one)
    assert (stocks(one), stocks(other), other.pages()) == ({}, {"a": 2, "b": 2}, [])
    assert one.pages() == [Page("/a", "de", "A", NOW, True, {"en": "/b"}, ("https://a/i.png",))]
    assert other.count() == 2


def test_products_come_in_the_order_of_their_bytes_and_page_by_page(make: Make) -> None:
    shop = make("shop")
    names = ["Z", "a", "B", "ä", "_", "10", "9"]
    shop.merge(chunk(*(product(name) for name in names)), NOW)
    in_order = sorted(names, key=str.encode)
    assert [one.sku for one in shop.products()] == in_order
    assert [one.sku for one in shop.products(in_order[2], 3)] == in_order[3:6]


@pytest.mark.parametrize("page", [2, 3, 100])
def test_what_sitemaps_and_reports_say_of_products_comes_in_the_order_of_their_skus(
    make: Make, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PAGE", page)
    shop, skus = make("shop"), ["Z", "a", "b", "é", "日"]
    make("another").merge(chunk(product("other")), NOW)
    assert list(make("empty").shown()) == []
    shop.merge(chunk(*map(product, reversed(skus))), NOW)
    pages = list(shop.shown())
    expected = [(f"/p/{sku}", text(NOW), '["https://a/b.jpg"]', sku) for sku in skus]
    assert [tuple(row) for some in pages for row in some] == expected
    assert max(map(len, pages)) == min(page, len(skus))
    offered = [tuple(row) for some in shop.offered() for row in some]
    assert offered == [("A", "", "", 99_900, "EUR", 1, text(NOW), sku) for sku in skus]


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
        counts = bring(shop, *rows, at=at)
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
