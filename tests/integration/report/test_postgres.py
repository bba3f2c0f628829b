"""A shop whose catalogue is in PostgreSQL has the report that it would have of a file, anew when it has changed."""

from pathlib import Path

import psycopg
import pytest
from backroom.catalogue.postgres import PostgresCatalogue, migrate
from backroom.worker.catalogue import DATABASE

from tests.integration.catalogue.rows import chunk, product
from tests.postgres import binaries, server
from tests.unit.report.reading import rows_of
from tests.unit.report.shop import NOON, Kept, Shop

FILES = ("report.html", "report.xlsx", "products.csv")


def test_a_catalogue_in_postgres_gives_the_same_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = binaries()
    if found is None:
        pytest.skip("PostgreSQL is not installed (.ci/run installs it on Debian, as root)")
    names = [f"{number:03}" for number in range(20)]
    file = Shop(tmp_path)
    file.stock(*(Kept(name, title="A", brand="", category="", units=99_900, stock=1) for name in names))
    file.make()
    with server(found) as dsn:
        migrate(dsn)
        monkeypatch.setenv(DATABASE, dsn)
        database = Shop(tmp_path)
        database.params["catalogue"] = "postgres"
        with psycopg.connect(dsn, autocommit=True) as connection:
            catalogue = PostgresCatalogue("shop", connection)
            catalogue.merge(chunk(*map(product, names)), NOON)
            PostgresCatalogue("another", connection).merge(chunk(product("other")), NOON)
            database.make(day=1, version="then")
            before = database.written()
            database.make(day=2, version="later")
            assert database.written() == before, "the time of planning is no change"
            catalogue.merge(chunk(product("new")), NOON)
            assert [database.get(f"2026-11/{name}") for name in FILES] == [
                file.get(f"2026-11/{name}") for name in FILES
            ]
            database.make(day=3, version="later still")
    assert [row[0] for row in rows_of(database.get("2026-11/products.csv"))[1:]] == [*names, "new"]
