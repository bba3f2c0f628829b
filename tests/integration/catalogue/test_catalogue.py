"""What a catalogue promises, on each database that it may be in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import psycopg
import pytest
from backroom.catalogue import postgres
from backroom.catalogue.bucket_file import BucketCatalogue
from backroom.catalogue.database import Catalogue, price_units, text
from backroom.catalogue.model import Counts, Page, ProductRow, StockCounts, StockRow
from backroom.catalogue.sqlite import SqliteCatalogue
from backroom.errors import CatalogueBusyError
from hypothesis import given
from hypothesis import strategies as st

from tests.postgres import binaries, server

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
Make = Callable[[str], Catalogue]


class Chunk:
    """Staging rows from tuples."""

    def __init__(self, *rows: tuple[object, ...]) -> None:
        self.rows = rows

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        return iter(self.rows)

    def csv(self) -> bytes:
        return "".join(",".join(map(self._cell, row)) + "\n" for row in self.rows).encode()

    def _cell(self, value: object) -> str:
        # Every text is quoted, so that an empty one is no NULL.
        return "" if value is None else '"' + str(value).replace('"', '""') + '"'


@dataclass
class Stored:
    """An object in a bucket, in memory: what conditional writes make of it is all that counts here."""

    body: bytes | None = None
    version: int = 0

    def load(self) -> tuple[bytes, str] | None:
        return None if self.body is None else (self.body, str(self.version))

    def store(self, body: bytes, etag: str | None) -> bool:
        if etag != (None if self.body is None else str(self.version)):
            return False
        self.body, self.version = body, self.version + 1
        return True


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    found = binaries()
    if found is None:
        pytest.skip("PostgreSQL is not installed (.ci/run installs it on Debian, as root)")
    with server(found) as started:
        postgres.migrate(started)
        postgres.migrate(started)
        yield started


@pytest.fixture(params=["file", "bucket", "postgres"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Give a function from a tenant to its catalogue."""
    if request.param == "file":
        yield lambda tenant: SqliteCatalogue(tenant, tmp_path / "catalogue.sqlite")
    elif request.param == "bucket":
        stored = Stored()
        yield lambda tenant: BucketCatalogue(tenant, stored)
    else:
        with psycopg.connect(request.getfixturevalue("dsn"), autocommit=True) as connection:
            _empty(connection)
            yield lambda tenant: postgres.PostgresCatalogue(tenant, connection)


def _empty(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    connection.execute("TRUNCATE products, pages, imported, catalogue_versions")


def product(
    sku: str, stock: int | None = 1, price: str | None = "9.99", at: datetime = NOW, title: str = "A"
) -> ProductRow:
    units = price_units(Decimal(price)) if price else None
    return ProductRow(
        sku, title, f"/p/{sku}", "", units, "EUR", stock, text(at), "", "", "", '["https://a/b.jpg"]', '{"a": "b"}'
    )


def delta(sku: str, stock: int | None, minutes: int, price: str | None = None) -> StockRow:
    return StockRow(sku, stock, price_units(Decimal(price)) if price else None, text(NOW + timedelta(minutes=minutes)))


def stocks(catalogue: Catalogue) -> dict[str, int | None]:
    return {product.sku: product.stock for product in catalogue.products()}


def test_a_merge_counts_what_is_new_changed_and_as_it_was(make: Make) -> None:
    shop = make("shop")
    assert shop.merge(Chunk(product("a"), product("b")), "one", NOW) == Counts(created=2)
    before = shop.version()
    assert shop.merge(Chunk(product("a"), product("b")), "two", NOW) == Counts(unchanged=2)
    assert shop.version() == before, "nothing has changed"
    later = NOW + timedelta(hours=1)
    assert shop.merge(Chunk(product("a", title="B"), product("b"), product("c")), "three", later) == Counts(1, 1, 1)
    assert {one.sku: one.updated_at for one in shop.products()} == {"a": later, "b": NOW, "c": later}
    assert shop.version() != before


def test_a_product_is_read_as_it_was_written(make: Make) -> None:
    shop = make("shop")
    shop.merge(Chunk(product("ä,\"'\n", None, None, title="x'); DROP TABLE products; --")), "one", NOW)
    (found,) = shop.products()
    assert (found.sku, found.title) == ("ä,\"'\n", "x'); DROP TABLE products; --")
    assert (found.price, found.stock, found.images, found.attributes) == (None, None, ("https://a/b.jpg",), {"a": "b"})
    shop.merge(Chunk(product("a", 3, "1234567.8999")), "one", NOW)
    assert next(shop.products()).price == Decimal("1234567.8999")


def test_what_an_import_did_not_bring_is_removed_when_it_is_finished(make: Make) -> None:
    shop = make("shop")
    shop.merge(Chunk(*(product(sku) for sku in "abc")), "one", NOW)
    shop.finish_import("one", text(NOW))
    shop.merge(Chunk(product("a")), "two", NOW)
    shop.merge(Chunk(product("a"), product("d")), "two", NOW)
    assert shop.missing("two") == 2
    assert (sorted(stocks(shop)), shop.finish_import("two", text(NOW))) == (list("abcd"), Counts(removed=2))
    assert sorted(stocks(shop)) == ["a", "d"]


def test_of_deltas_the_newest_wins_in_whatever_order_they_come(make: Make) -> None:
    shop = make("shop")
    shop.merge(Chunk(product("a", 1), product("b", 1)), "one", NOW)
    shop.finish_import("one", text(NOW))
    deltas = Chunk(delta("a", 7, 10), delta("b", None, 10, "5"), delta("x", 1, 10), delta("y", 1, 10))
    assert shop.apply_stock(deltas, NOW) == StockCounts(2, 0, ("x", "y"))
    assert shop.apply_stock(Chunk(delta("a", 9, 5)), NOW) == StockCounts(0, 1, ()), "it is older"
    assert shop.apply_stock(Chunk(delta("a", 7, 30)), NOW) == StockCounts(0, 1, ()), "it says nothing new"
    assert shop.apply_stock(Chunk(delta("a", 9, 20)), NOW) == StockCounts(0, 1, ()), (
        "it is older than what says nothing new"
    )
    assert [(one.sku, one.stock, one.price) for one in shop.products()] == [
        ("a", 7, Decimal("9.99")),
        ("b", 1, Decimal(5)),
    ]


def test_an_older_import_keeps_a_newer_stock_and_an_old_delta_does_not_undo_a_newer_import(make: Make) -> None:
    shop = make("shop")
    shop.merge(Chunk(product("a", 1)), "one", NOW)
    shop.apply_stock(Chunk(delta("a", 7, 10)), NOW)
    shop.merge(Chunk(product("a", 2, title="B", at=NOW + timedelta(minutes=5))), "two", NOW)
    assert [(one.title, one.stock) for one in shop.products()] == [("B", 7)]
    at = NOW + timedelta(minutes=20)
    shop.merge(Chunk(product("a", 7, title="B", at=at)), "three", NOW)
    shop.finish_import("three", text(at))
    assert shop.apply_stock(Chunk(delta("a", 9, 15)), NOW) == StockCounts(0, 1, ())
    assert stocks(shop) == {"a": 7}


def test_a_writer_that_is_superseded_changes_nothing(make: Make) -> None:
    class SupersededError(Exception):
        pass

    def refuse(_connection: object) -> None:
        raise SupersededError

    shop = make("shop")
    shop.merge(Chunk(product("a")), "one", NOW)
    for change in (
        lambda: shop.merge(Chunk(product("b")), "two", NOW, refuse),
        lambda: shop.finish_import("two", text(NOW), refuse),
        lambda: shop.apply_stock(Chunk(delta("a", 5, 5)), NOW, refuse),
        lambda: shop.put_pages([Page("/")], refuse),
    ):
        with pytest.raises(SupersededError):
            change()
    assert (stocks(shop), shop.pages(), shop.version()) == ({"a": 1}, [], 1)


def test_tenants_do_not_see_each_other(make: Make) -> None:
    one, other = make("one"), make("one-1")
    one.merge(Chunk(product("a", 1)), "i", NOW)
    other.merge(Chunk(product("a", 2), product("b", 2)), "i", NOW)
    one.put_pages([Page("/a", "de", "A", NOW, True, {"en": "/b"}, ("https://a/i.png",))])
    one.finish_import("none", text(NOW))
    assert (stocks(one), stocks(other), other.pages()) == ({}, {"a": 2, "b": 2}, [])
    assert one.pages() == [Page("/a", "de", "A", NOW, True, {"en": "/b"}, ("https://a/i.png",))]
    assert other.count() == 2


def test_products_come_in_the_order_of_their_bytes_and_page_by_page(make: Make) -> None:
    shop = make("shop")
    names = ["Z", "a", "B", "ä", "_", "10", "9"]
    shop.merge(Chunk(*(product(name) for name in names)), "one", NOW)
    in_order = sorted(names, key=str.encode)
    assert [one.sku for one in shop.products()] == in_order
    assert [one.sku for one in shop.products(in_order[2], 3)] == in_order[3:6]


def test_of_two_writers_of_a_file_in_a_bucket_one_is_told_to_try_again(tmp_path: Path) -> None:
    stored = Stored()
    mine, others = BucketCatalogue("shop", stored), BucketCatalogue("shop", stored)
    mine.merge(Chunk(product("a")), "one", NOW)

    def meanwhile(_connection: object) -> None:
        others.merge(Chunk(product("b")), "two", NOW)

    with pytest.raises(CatalogueBusyError, match="shop"):
        mine.merge(Chunk(product("c")), "one", NOW, meanwhile)
    assert sorted(stocks(mine)) == ["a", "b"]
    version = stored.version
    assert (mine.count(), mine.version(), stored.version) == (2, 2, version), "reading writes nothing"


def test_postgres_shows_nothing_to_a_statement_that_forgets_the_tenant(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        _empty(connection)
        postgres.PostgresCatalogue("shop", connection).merge(Chunk(product("a")), "one", NOW)
        assert connection.execute("SELECT count(*) FROM products").fetchone() == (0,)
        assert connection.execute("DELETE FROM products").rowcount == 0
        with connection.transaction():
            connection.execute("SELECT set_config('backroom.tenant', 'another', true)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("INSERT INTO catalogue_versions VALUES ('shop', 9, '')")


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
        counts = shop.merge(Chunk(*rows), f"import-{number}", NOW)
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
