"""The images of a feed, stage after stage: each once, judged by what it is, kept until it changes."""

from dataclasses import replace
from typing import Any

import pytest
from backroom.worker import bucket
from product_images import images as images_module
from product_images import sources
from product_images.names import name_of

from tests.integration.product_import.importing import TENANT
from tests.integration.product_import.picturing import Chain, conditional, picture, shop_server
from tests.integration.web.servers import Paths, Spy, answering, breaking_off, endless
from tests.integration.worker.cloud import Cloud

HTML = b"<!doctype html><title>Not found</title>"
BAD = {
    "http://cdn.example/page": "NotAnImage",
    "http://cdn.example/empty": "NotAnImage",
    "http://cdn.example/drawing": "UnsupportedFormat",
    "http://cdn.example/gone": "RefusedByServer",
    "http://cdn.example/away": "ForbiddenAddress",
    "http://cdn.example/endless": "TooLarge",
    "http://cdn.example/short": "Unreachable",
    "http://cdn.example:22/": "UnusableUrl",
    "http://169.254.169.254/latest/meta-data": "ForbiddenAddress",
    "s3:photos/none.jpg": "MissingImage",
    "s3:../other/secret.jpg": "UnusableKey",
}
SERVED: Paths = {
    "/page": answering(200, HTML, Content_Type="image/jpeg"),
    "/empty": answering(200),
    "/drawing": answering(200, b"<svg onload='alert(1)'/>"),
    "/gone": answering(404, HTML),
    "/away": answering(302, Location="http://169.254.169.254/latest/meta-data"),
    "/endless": endless,
    "/short": breaking_off,
}


@pytest.fixture(autouse=True)
def _brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries that a test need not sit through."""
    monkeypatch.setattr(sources, "_PAUSE", 0.01)


def test_each_image_is_fetched_once_resized_and_left_alone_until_it_changes(cloud: Cloud) -> None:
    chain, a, b = Chain(cloud), "http://cdn.example/a", "http://cdn.example/b"
    chain.feed(a, b, a)
    paths = {"/a": conditional(picture(1), '"1"'), "/b": conditional(picture(2, "PNG"), '"2"')}
    with shop_server(paths) as (server, web):
        assert chain.all(web) == (0, 0, 0)
        assert (chain.image(a), chain.image(b)) == (picture(1), picture(2, "PNG"))
        assert sorted(path for path, _ in server.asked) == ["/a", "/b"], "of a shared image one request"
        kept = cloud.s3.head_object(Bucket=TENANT, Key=f"shop/images/products/{name_of(b)}")
        assert kept["ContentType"] == "image/png", "by what it is, not by what its server says"
        names = [name_of(address) for address in (a, b)]
        first = {f"{width}/products/{name}.jpg": f"{chain.layout.run}/1/1" for width in (16, 64) for name in names}
        assert chain.sizes() == first
        assert chain.told() == {a: ("fetched", ""), b: ("fetched", "")}

        assert chain.all(web) == (0, 0, 0)
        assert chain.counts() == {"fetched": 0, "unchanged": 2, "failed": 0, "reasons": {}}
        assert (chain.sizes(), len(server.asked)) == (first, 4), "asked for again, and not sent again"

        paths["/a"] = conditional(picture(3), '"3"')
        assert chain.all(web) == (0, 0, 0)
        assert (chain.image(a), chain.counts()["fetched"], chain.counts("sizes")["resized"]) == (picture(3), 1, 1)
        paths["/a"] = answering(404)
        assert chain.all(web) == (0, 0, 0)
        assert chain.told()[a] == ("failed", "RefusedByServer")
        assert chain.image(a) == picture(3), "what is there stays there"


def test_what_is_no_good_fails_alone_and_says_why(cloud: Cloud) -> None:
    chain = Chain(cloud, images={"bytes": 5_000})
    good = [f"http://cdn.example/{number}" for number in range(len(BAD))]
    chain.feed(*BAD, *good)
    paths = SERVED | {f"/{number}": answering(200, picture(number)) for number in range(len(BAD))}
    with shop_server(paths) as (_, web):
        metadata = Spy(["169.254.169.254"]).resolve

        def resolve(host: str, port: int, **_: Any) -> Any:
            return (metadata if host.startswith("169.") else web.resolve)(host, port)

        strict = replace(web, resolve=resolve)
        assert (chain.run(strict), chain.fetch_images(strict)) == (0, 0), chain.logged[-1]
    failed = {address: ("failed", reason) for address, reason in BAD.items()}
    assert chain.told() == failed | dict.fromkeys(good, ("fetched", ""))
    assert b"this is a web page (HTML) and no image" in cloud.get(TENANT, "shop/imports/images.csv")
    assert chain.cloud.read(chain.layout.result(7))["items"] == {"succeeded": 11, "failed": 11, "skipped": 0}


def test_a_javascript_url_never_comes_so_far(cloud: Cloud) -> None:
    chain = Chain(cloud, reject_tolerance=0.9)
    chain.feed("javascript:alert(1)", "s3:a.jpg")
    assert (chain.run(), chain.summary()["reasons"], chain.summary()["images"]) == (0, {"NotAnImageUrl": 1}, 1)


def test_what_the_shop_has_in_its_bucket_is_taken_from_there(cloud: Cloud) -> None:
    chain = Chain(cloud)
    chain.feed("s3:photos/a.jpg, S3:photos/b.jpg")
    for name, colour in (("a", 1), ("b", 2)):
        cloud.put(TENANT, f"shop/photos/{name}.jpg", picture(colour))
    assert chain.all() == (0, 0, 0)
    assert (chain.image("S3:photos/b.jpg"), len(chain.sizes())) == (picture(2), 4)
    cloud.put(TENANT, "shop/photos/a.jpg", picture(3))
    assert chain.all() == (0, 0, 0)
    assert (chain.image("s3:photos/a.jpg"), chain.counts()) == (
        picture(3),
        {"fetched": 1, "unchanged": 1, "failed": 0, "reasons": {}},
    )


def test_a_picture_that_cannot_be_resized_is_told_by_its_address_and_the_others_are_resized(cloud: Cloud) -> None:
    chain = Chain(cloud)
    chain.feed("s3:a.jpg", "s3:torn.jpg")
    cloud.put(TENANT, "shop/a.jpg", picture(1))
    cloud.put(TENANT, "shop/torn.jpg", picture(2)[:400])
    assert chain.all() == (0, 0, 0)
    assert chain.told("sizes") == {"s3:torn.jpg": ("failed", "Undecodable")}
    assert len(chain.sizes()) == 2
    chain.params["sizes"] = {"widths": [32]}
    assert chain.all() == (0, 0, 0)
    assert f"32/products/{name_of('s3:a.jpg')}.jpg" in chain.sizes()


def test_no_more_images_than_are_wanted_are_fetched_or_none(cloud: Cloud) -> None:
    chain = Chain(cloud, images={"most": 1})
    chain.feed("s3:a.jpg", "s3:b.jpg")
    cloud.put(TENANT, "shop/a.jpg", picture(1))
    assert chain.all() == (0, 0, 0)
    assert chain.told() == {"s3:a.jpg": ("fetched", "")}
    chain.params["images"] = {"fetch": False}
    assert chain.all() == (0, 0, 0)
    assert chain.told() == {}


def test_an_attempt_that_stops_in_the_middle_is_gone_on_from(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images_module, "THREADS", 1)
    chain = Chain(cloud)
    chain.feed(*(f"s3:{number}.jpg" for number in range(3)))
    for number in range(3):
        cloud.put(TENANT, f"shop/{number}.jpg", picture(number))
    fetch_image, done = images_module.fetch_image, list[str]()

    def stopping(item: Any, work: Any, pictures: Any) -> None:
        fetch_image(item, work, pictures)
        done.append(item.id)
        if len(done) == 1:
            work.stop.set()

    monkeypatch.setattr(images_module, "fetch_image", stopping)
    assert (chain.run(), chain.fetch_images()) == (0, 75)
    assert chain.fetch_images(attempt=2) == 0
    assert done == ["s3:0.jpg", "s3:1.jpg", "s3:2.jpg"]
    assert chain.counts()["fetched"] == 3


def test_what_a_merchant_opens_holds_no_formula(cloud: Cloud) -> None:
    chain = Chain(cloud)
    chain.put('sku;title;price;images\n=HYPERLINK("http://x.example");Lamp;1;s3:a.jpg\n')
    assert (chain.run(), chain.fetch_images()) == (0, 65), "of one image none may fail"
    assert b'"\'=HYPERLINK(""http://x.example"")",failed,MissingImage' in cloud.get(TENANT, "shop/imports/images.csv")


def test_images_are_found_however_many_pages_the_bucket_lists(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "_PAGE", 2)
    chain = Chain(cloud, sizes={"widths": [16]})
    addresses = [f"s3:{number}.jpg" for number in range(5)]
    chain.feed(*addresses)
    for number in range(5):
        cloud.put(TENANT, f"shop/{number}.jpg", picture(number))
    for other in ("zz/readme.txt", "00/" + "0" * 32):
        cloud.put(TENANT, f"shop/images/products/{other}", b"of another feed")
    assert chain.all() == (0, 0, 0)
    assert sorted(chain.sizes()) == sorted(f"16/products/{name_of(address)}.jpg" for address in addresses)
