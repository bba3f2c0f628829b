"""Deltas come into the catalogue, in a bucket and in PostgreSQL, or do not and the merchant is told why; run by run."""

from pathlib import Path

import psycopg
import pytest
from backroom.catalogue.postgres import PostgresCatalogue

from tests.integration.catalogue.conftest import empty
from tests.integration.catalogue.rows import bring, product, stocks
from tests.integration.stock_import.stocking import CATALOGUE, KEY, TENANT, Shop
from tests.integration.web.servers import Spy, answering, serving
from tests.integration.worker.cloud import Cloud

FEED = """sku,stock,price,currency,timestamp
a,7,,,2026-11-27T11:00:00Z
a,5,,,2026-11-27T10:00:00Z
b,,19.99,EUR,2026-11-27T11:00:00Z
c,3,5,CHF,2026-11-27T11:00:00Z
=x(),1,,,2026-11-27T11:00:00Z
d,-1,,,2026-11-27T11:00:00Z
"""


def test_deltas_come_in_and_what_was_not_taken_is_told(cloud: Cloud, tmp_path: Path) -> None:
    shop = Shop(cloud, reject_tolerance=0.2)
    shop.stock(tmp_path, "a", "b", "c", "d")
    shop.put(FEED)
    assert shop.run() == 0
    assert shop.found(tmp_path) == {"a": (7, "9.9900"), "b": (1, "19.9900"), "c": (1, "9.9900"), "d": (1, "9.9900")}
    assert shop.rejects() == [
        ("5", "sku", "c", "OtherCurrency"),
        ("6", "sku", "'=x()", "UnknownSku"),
        ("7", "stock", "'-1", "NegativeStock"),
    ]
    assert shop.report() == {
        "format": "csv", "rows": 6, "rejected": 1, "older": 1, "updated": 2, "unchanged": 0, "unknown": 1,
        "other_currency": 1, "reasons": {"NegativeStock": 1, "UnknownSku": 1, "OtherCurrency": 1},
    }  # fmt: skip


def test_what_is_older_or_the_same_changes_nothing_whatever_comes_first(cloud: Cloud, tmp_path: Path) -> None:
    shop = Shop(cloud)
    shop.stock(tmp_path, "a")
    for at, stock in (("11:00", 7), ("10:00", 9), ("12:00", 7)):
        shop.put(f"sku,stock,timestamp\na,{stock},2026-11-27T{at}:00Z\n")
        assert shop.run() == 0
        assert shop.found(tmp_path)["a"] == (7, "9.9900")
    assert (shop.report()["updated"], shop.report()["unchanged"]) == (0, 1)
    shop.put("sku,stock\na,3\n")
    assert (shop.run(), shop.found(tmp_path)["a"]) == (0, (3, "9.9900")), "of rows without a time the feed's counts"


def test_without_a_known_product_the_catalogue_is_not_written(cloud: Cloud, tmp_path: Path) -> None:
    shop = Shop(cloud)
    shop.put("sku,stock\nx,1\n")
    assert (shop.run(), shop.report()["unknown"]) == (0, 1)
    assert CATALOGUE not in cloud.keys(TENANT, "shop/")
    shop.stock(tmp_path, "a")
    before = cloud.s3.head_object(Bucket=TENANT, Key=CATALOGUE)["ETag"]
    assert shop.run() == 0
    assert cloud.s3.head_object(Bucket=TENANT, Key=CATALOGUE)["ETag"] == before


GARBAGE = {
    "EmptyFeed": "sku,stock\n",
    "MissingColumn": "sku,title\na,Lamp\n",
    "TooManyRejects": "sku,stock\na,NaN\nb,1\n",
    "ForbiddenXml": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x><item><sku>&e;</sku></item></x>',
}


@pytest.mark.parametrize("name", GARBAGE)
def test_a_feed_that_is_garbage_changes_nothing_and_keeps_no_other_out(cloud: Cloud, name: str, tmp_path: Path) -> None:
    shop = Shop(cloud, feed={"folder": "deltas/"})
    shop.stock(tmp_path, "a", "b")
    shop.put(GARBAGE[name], "deltas/1.csv")
    shop.put("sku,stock,timestamp\na,7,2026-11-27T11:00:00Z\n", "deltas/2.csv")
    assert shop.run("deltas/1.csv", "deltas/2.csv") == 0
    (failure,) = cloud.read(shop.layout.result(7))["failures"]
    assert (failure["item"], failure["error"]) == ("deltas/1.csv", name)
    assert shop.found(tmp_path) == {"a": (7, "9.9900"), "b": (1, "9.9900")}
    if name == "TooManyRejects":
        assert shop.rejects("deltas/1.csv") == [("2", "stock", "NaN", "NotAStock")]


def test_a_feed_that_is_not_there_says_where_it_should_be(cloud: Cloud) -> None:
    shop = Shop(cloud)
    assert (shop.run(), shop.failure()["error"]) == (65, "MissingFeed")
    assert f"s3://{TENANT}/shop/{KEY}" in shop.failure()["message"]


def test_a_feed_on_the_web_that_has_not_changed_is_passed_over(cloud: Cloud, tmp_path: Path) -> None:
    shop = Shop(cloud, feed={"url": "http://shop.example/stock"})
    shop.stock(tmp_path, "a")
    headers = {"ETag": '"1"', "Last_Modified": "Fri, 27 Nov 2026 11:00:00 GMT"}
    paths = {"/stock": answering(200, b'{"sku": "a", "stock": 7}\n', **headers)}
    with serving(paths) as server:
        web = Spy(["93.184.216.34"], port=server.port).web()
        assert (shop.run("feed", web=web), shop.found(tmp_path)["a"][0]) == (0, 7)
        paths["/stock"] = answering(304)
        assert (shop.run("feed", web=web), shop.cloud.read(shop.layout.result(7))["items"]["skipped"]) == (0, 1)
        assert [asked.get("If-None-Match") for _, asked in server.asked] == [None, '"1"']


def test_what_a_url_may_not_lead_to_is_named(cloud: Cloud) -> None:
    shop = Shop(cloud, feed={"url": "http://shop.example/stock"})
    with serving({"/stock": answering(302, Location="http://169.254.169.254/latest/meta-data")}) as server:
        spy = Spy(["93.184.216.34"], ["169.254.169.254"], port=server.port)
        assert shop.run("feed", web=spy.web()) == 65
    assert shop.failure()["error"] == "ForbiddenAddress"


def test_postgresql_takes_them_behind_the_fence(cloud: Cloud, dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKROOM_DATABASE", dsn)
    shop = Shop(cloud, catalogue="postgres", reject_tolerance=0.2)
    with psycopg.connect(dsn, autocommit=True) as connection:
        empty(connection)
        catalogue = PostgresCatalogue("t", connection)
        bring(catalogue, *map(product, "abcd"))
        shop.put(FEED)
        assert shop.run() == 0
        assert (stocks(catalogue), shop.report()["updated"]) == ({"a": 7, "b": 1, "c": 1, "d": 1}, 2)
        run = connection.execute("SELECT run FROM backroom_fence WHERE run LIKE 'stock_import%'").fetchone()
        assert run == (shop.layout.run,)
