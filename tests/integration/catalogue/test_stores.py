"""What is promised of one kind of database only."""

import time
from pathlib import Path

import psycopg
import pytest
from backroom.catalogue.bucket_file import BucketCatalogue
from backroom.catalogue.model import Counts
from backroom.catalogue.postgres import PostgresCatalogue
from backroom.errors import CatalogueBusyError

from tests.integration.catalogue.conftest import empty
from tests.integration.catalogue.rows import NOW, Stored, bring, chunk, product, stocks


def test_of_two_writers_of_a_file_in_a_bucket_one_is_told_to_try_again(tmp_path: Path) -> None:
    stored = Stored()
    mine, others = BucketCatalogue("shop", stored), BucketCatalogue("shop", stored)
    mine.merge(chunk(product("a")), NOW)

    def meanwhile(_connection: object) -> None:
        others.merge(chunk(product("b")), NOW)

    with pytest.raises(CatalogueBusyError, match="shop"):
        mine.merge(chunk(product("c")), NOW, meanwhile)
    assert sorted(stocks(mine)) == ["a", "b"]
    version = stored.version
    assert (mine.count(), mine.version(), stored.version) == (2, 2, version), "reading writes nothing"


def test_postgres_shows_nothing_to_a_statement_that_forgets_the_tenant(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        empty(connection)
        PostgresCatalogue("shop", connection).merge(chunk(product("a")), NOW)
        assert connection.execute("SELECT count(*) FROM products").fetchone() == (0,)
        assert connection.execute("DELETE FROM products").rowcount == 0
        with connection.transaction():
            connection.execute("SELECT set_config('backroom.tenant', 'another', true)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("INSERT INTO catalogue_versions VALUES ('shop', 9, '')")


def test_postgres_removes_what_a_large_import_has_not_brought_without_comparing_all_with_all(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        empty(connection)
        shop = PostgresCatalogue("shop", connection)
        rows = [product(f"{number:06}") for number in range(20_000)]
        bring(shop, *rows)
        began = time.monotonic()
        assert bring(shop, *rows[1:]) == Counts(unchanged=19_999, removed=1)
        # 0.1 s; 22 s where each row of one is compared with each of the other.
        assert time.monotonic() - began < 8
