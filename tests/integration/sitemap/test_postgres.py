"""A shop whose catalogue is in PostgreSQL has the sitemap that it would have of a file."""

from pathlib import Path

import psycopg
import pytest
from backroom.catalogue.postgres import PostgresCatalogue, migrate
from backroom.worker.catalogue import DATABASE
from backroom.worker.endings import Outage

from tests.integration.catalogue.rows import NOW, chunk, product
from tests.postgres import binaries, server
from tests.unit.sitemap.shop import Shop


def test_a_catalogue_in_postgres_gives_the_same_sitemap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = binaries()
    if found is None:
        pytest.skip("PostgreSQL is not installed (.ci/run installs it on Debian, as root)")
    rows = [product(f"{number:03}") for number in range(20)]
    file = Shop(tmp_path)
    file.stock(rows, NOW)
    file.make(1, slices=2)
    with server(found) as dsn:
        migrate(dsn)
        with psycopg.connect(dsn, autocommit=True) as connection:
            PostgresCatalogue("shop", connection).merge(chunk(*rows), NOW)
            PostgresCatalogue("another", connection).merge(chunk(product("other")), NOW)
        monkeypatch.setenv(DATABASE, dsn)
        database = Shop(tmp_path)
        database.params["catalogue"] = "postgres"
        database.make(1, slices=2)
    assert len(database.crawl()) == 21
    assert database.named() == file.named(), "to the byte"


def test_a_database_that_is_not_there_is_no_fault_of_the_tenant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE, "host=127.0.0.1 port=1 user=x dbname=x connect_timeout=2")
    shop = Shop(tmp_path)
    shop.params["catalogue"] = "postgres"
    with pytest.raises(Outage, match="the database does not answer"):
        shop.make(1)
