"""A feed comes into the catalogue, in a bucket and in PostgreSQL, or does not and says why; run by run."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import polars as pl
import psycopg
import pytest
from backroom.catalogue.postgres import PostgresCatalogue
from product_import import merging

from tests.integration.catalogue.conftest import empty
from tests.integration.product_import.importing import KEY, TENANT, Shop, lines, products
from tests.integration.web.servers import Spy, answering, serving
from tests.integration.worker.cloud import Cloud

PUBLIC = "93.184.216.34"


def test_an_import_brings_changes_and_removes_products_and_tells_how_many(cloud: Cloud, tmp_path: Path) -> None:
    shop = Shop(cloud)
    shop.put(lines("a;Lamp;9,99;3", "b;Chair;1.234,50 €;", "c;=HYPERLINK(1);NaN;-1", "d;Desk;80;2", "e;Sofa;5;1"))
    shop.params["reject_tolerance"] = 0.2
    assert shop.run() == 0
    assert shop.summary() == {
        "format": "csv", "rows": 5, "accepted": 4, "rejected": 1, "reasons": {"NotAPrice": 1, "NegativeStock": 1},
        "created": 4, "updated": 0, "unchanged": 0, "removed": 0, "images": 0, "more_images": False,
    }  # fmt: skip
    found = shop.products(tmp_path)
    assert {sku: (one.price, one.stock, one.currency) for sku, one in found.items()} == {
        "a": (Decimal("9.99"), 3, "EUR"),
        "b": (Decimal("1234.5"), None, "EUR"),
        "d": (Decimal(80), 2, "EUR"),
        "e": (Decimal(5), 1, "EUR"),
    }
    rejects = list(csv.DictReader(io.StringIO(cloud.get(TENANT, "shop/imports/rejects.csv").decode("utf-8-sig"))))
    assert [(row["row"], row["column"], row["value"], row["reason"]) for row in rejects] == [
        ("4", "price", "NaN", "NotAPrice"),
        ("4", "stock", "'-1", "NegativeStock"),
    ]
    accepted = pl.read_parquet(io.BytesIO(cloud.get(TENANT, "shop/imports/accepted.parquet")))
    assert accepted["row"].to_list() == [2, 3, 5, 6]
    shop.put(lines("a;Lamp;9,99;3", "b;Chair;99 €;", "d;Desk;80;2", "f;New;1;1"))
    assert shop.run() == 0
    told = shop.summary()
    assert [told[name] for name in ("created", "updated", "unchanged", "removed")] == [1, 1, 2, 1]
    assert sorted(shop.products(tmp_path)) == ["a", "b", "d", "f"]


def test_a_feed_that_has_not_changed_is_passed_over_until_the_parameters_do(cloud: Cloud) -> None:
    shop = Shop(cloud)
    shop.put(lines("a;Lamp;9,99;3"))
    assert (shop.run(), shop.cloud.read(shop.layout.result(7))["items"]["skipped"]) == (0, 0)
    assert (shop.run(), shop.cloud.read(shop.layout.result(7))["items"]["skipped"]) == (0, 1)
    shop.params["currency"] = "USD"
    assert (shop.run(), shop.summary()["updated"]) == (0, 1)


GARBAGE = {
    "EmptyFeed": "sku;title;price\n",
    "MissingColumn": "nr;title;price\n1;Lamp;1\n",
    "TooManyRejects": "sku;title;price\n1;Lamp;1\n2;Lamp;NaN\n",
    "ForbiddenXml": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x><item><id>&e;</id></item></x>',
    "UnknownFormat": "%PDF-1.4",
}


@pytest.mark.parametrize("name", GARBAGE)
def test_a_feed_that_is_garbage_leaves_the_catalogue_as_it_was(cloud: Cloud, name: str) -> None:
    shop = Shop(cloud)
    shop.put(lines("a;Lamp;9,99;3"))
    assert shop.run() == 0
    before = cloud.get(TENANT, "shop/catalogue.sqlite")
    shop.put(GARBAGE[name])
    assert shop.run() == 65
    assert shop.failure()["error"] == name
    assert cloud.get(TENANT, "shop/catalogue.sqlite") == before
    if name == "TooManyRejects":
        assert "1 of 2 rows are bad" in shop.failure()["message"]
        assert b"NotAPrice" in cloud.get(TENANT, "shop/imports/rejects.csv")


def test_a_feed_that_leaves_out_too_much_removes_nothing_and_is_tried_again_when_that_is_meant(
    cloud: Cloud, tmp_path: Path
) -> None:
    shop = Shop(cloud)
    shop.put(lines(*(f"{sku};Lamp;1;1" for sku in "abcd")))
    assert shop.run() == 0
    shop.put(lines("a;Lamp;1;1", "b;Lamp;2;1"))
    assert shop.run() == 65
    assert (shop.failure()["error"], "2 of 4 products" in shop.failure()["message"]) == ("TooManyRemovals", True)
    assert sorted(shop.products(tmp_path)) == ["a", "b", "c", "d"]
    shop.params["removal_tolerance"] = 0.5
    assert (shop.run(), shop.summary()["removed"]) == (0, 2)


def test_a_feed_that_is_not_there_says_where_it_should_be(cloud: Cloud) -> None:
    shop = Shop(cloud)
    assert shop.run() == 65
    assert shop.failure()["error"] == "MissingFeed"
    assert f"s3://{TENANT}/{KEY}" in shop.failure()["message"]


def test_a_feed_on_the_web_is_asked_for_with_what_is_known_of_it(cloud: Cloud, tmp_path: Path) -> None:
    shop = Shop(cloud, feed={"url": "http://shop.example/feed"})
    body = lines("a;Lamp;9,99;3").encode()
    changed = "Thu, 26 Nov 2026 10:00:00 GMT"
    paths = {"/feed": answering(200, body, ETag='"1"', Last_Modified=changed)}
    with serving(paths) as server:
        web = Spy([PUBLIC], port=server.port).web()
        assert shop.run(web) == 0
        assert sorted(shop.products(tmp_path)) == ["a"]
        accepted = pl.read_parquet(io.BytesIO(cloud.get(TENANT, "shop/imports/accepted.parquet")))
        assert accepted["stock_at"].item() == "2026-11-26T10:00:00.000000Z"
        paths["/feed"] = answering(304)
        assert (shop.run(web), shop.cloud.read(shop.layout.result(7))["items"]["skipped"]) == (0, 1)
        assert [headers.get("If-None-Match") for _, headers in server.asked] == [None, '"1"']


def test_what_a_url_may_not_lead_to_is_named(cloud: Cloud) -> None:
    shop = Shop(cloud, feed={"url": "http://shop.example/feed"})
    with serving({"/feed": answering(302, Location="http://169.254.169.254/latest/meta-data")}) as server:
        assert shop.run(Spy([PUBLIC], ["169.254.169.254"], port=server.port).web()) == 65
    assert shop.failure()["error"] == "ForbiddenAddress"


def test_in_postgresql_chunks_come_in_one_after_another_behind_the_fence(
    cloud: Cloud, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKROOM_DATABASE", dsn)
    monkeypatch.setattr(merging, "CHUNK", 2)
    shop = Shop(cloud, catalogue="postgres", removal_tolerance=1)
    with psycopg.connect(dsn, autocommit=True) as connection:
        empty(connection)
        catalogue = PostgresCatalogue("t", connection)
        shop.put(lines(*(f"{number};Lamp;{number};1" for number in range(1, 6)), "3;Again;1;1", "6;;1;1"))
        shop.params["reject_tolerance"] = 0.5
        assert shop.run() == 0
        assert (shop.summary()["created"], shop.summary()["reasons"]) == (5, {"NoTitle": 1, "DuplicateSku": 1})
        shop.put(lines("3;Other;3;1", "7;Lamp;7;1"))
        assert shop.run() == 0
        assert {sku: one.title for sku, one in products(catalogue).items()} == {"3": "Other", "7": "Lamp"}
        assert connection.execute("SELECT count(*), max(run) FROM backroom_fence").fetchone() == (2, shop.layout.run)
        connection.execute("UPDATE backroom_fence SET attempt = 9 WHERE run = %s", (shop.layout.run,))
        for key in cloud.keys("backroom-runs", shop.layout.prefix):
            if "/manifest." not in key:
                cloud.s3.delete_object(Bucket="backroom-runs", Key=key)
        shop.put(lines("8;Lamp;8;1"))
        assert shop.run(attempt=2) == 75, "a later attempt has been at the database"
        assert sorted(products(catalogue)) == ["3", "7"]


def test_a_database_that_is_not_there_is_waited_for(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKROOM_DATABASE", "host=127.0.0.1 port=1 user=x dbname=x connect_timeout=2")
    shop = Shop(cloud, catalogue="postgres")
    shop.put(lines("a;Lamp;9,99;3"))
    assert shop.run() == 75
    assert "the database does not answer" in shop.logged[-1]["message"]
