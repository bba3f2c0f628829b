"""A catalogue on each database that it may be in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from backroom.catalogue import postgres
from backroom.catalogue.bucket_file import BucketCatalogue
from backroom.catalogue.database import Catalogue
from backroom.catalogue.sqlite import SqliteCatalogue

from tests.integration.catalogue.rows import Stored
from tests.postgres import binaries, server

Make = Callable[[str], Catalogue]


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
            empty(connection)
            yield lambda tenant: postgres.PostgresCatalogue(tenant, connection)


def empty(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    connection.execute("TRUNCATE products, pages, catalogue_versions")
