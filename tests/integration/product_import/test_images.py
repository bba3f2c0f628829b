"""The images of a feed, stage after stage: fetched politely, judged by what they are, kept until they change."""

import csv
import io
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import orjson
import pytest
import trustme
from backroom.worker.web import Web
from PIL import Image
from product_images import hosts as hosts_module
from product_images import images as images_module
from product_images import sources
from product_images.images import fetch_images, referenced
from product_images.names import name_of
from product_images.rescale import present, rescale

from tests.integration.product_import.importing import TENANT, Shop
from tests.integration.web.servers import Paths, Server, Spy, answering, breaking_off, endless, serving
from tests.integration.worker.cloud import ROOT, Cloud, ended

PUBLIC = "93.184.216.34"
SIZES = {"widths": [64, 16], "format": "jpeg"}
HTML = b"<!doctype html><title>Not found</title>"


def picture(colour: int, form: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (80, 60), (colour, 90, 120)).save(file, form)
    return file.getvalue()


class Chain(Shop):
    """A tenant whose feed goes through all three stages."""

    def __init__(self, cloud: Cloud, **params: Any) -> None:
        super().__init__(cloud, sizes=SIZES, removal_tolerance=1, **params)

    def feed(self, *images: str) -> None:
        """A product for each."""
        rows = (f'p{number};Lamp;1;"{image}"\n' for number, image in enumerate(images))
        self.put("sku;title;price;images\n" + "".join(rows))

    def fetch_images(self, web: Web | None = None, attempt: int = 1) -> int:
        with tempfile.TemporaryDirectory() as folder:
            items = partial(referenced, Path(folder))
            return self.stage("images", partial(fetch_images, web=web or Web()), attempt, items)

    def rescale(self, attempt: int = 1) -> int:
        with tempfile.TemporaryDirectory() as folder:
            return self.stage("rescale", rescale, attempt, partial(present, Path(folder)))

    def all(self, web: Web | None = None) -> tuple[int, int, int]:
        return self.run(web), self.fetch_images(web), self.rescale()

    def told(self, name: str = "images") -> dict[str, tuple[str, str]]:
        """What the merchant is told of each image: outcome, and reason."""
        text = self.cloud.get(TENANT, f"shop/imports/{name}.csv").decode("utf-8-sig")
        return {row["image"]: (row["outcome"], row["reason"]) for row in csv.DictReader(io.StringIO(text))}

    def counts(self, name: str = "images") -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.cloud.get(TENANT, f"shop/imports/{name}.json"))
        return found

    def image(self, address: str) -> bytes:
        return self.cloud.get(TENANT, f"shop/images/products/{name_of(address)}")

    def sizes(self) -> dict[str, str]:
        """The sizes in the bucket, with who wrote each."""
        keys = self.cloud.keys(TENANT, "shop/resized/")
        heads = {key: self.cloud.s3.head_object(Bucket=TENANT, Key=key) for key in keys}
        return {key.removeprefix("shop/resized/"): head["Metadata"]["backroom-token"] for key, head in heads.items()}


@pytest.fixture(autouse=True)
def _brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries that a test need not sit through."""
    monkeypatch.setattr(sources, "_PAUSE", 0.01)


@contextmanager
def shop_server(paths: Paths) -> Iterator[tuple[Server, Web]]:
    with serving(paths) as server:
        yield server, Spy([PUBLIC], port=server.port).web()


def conditional(body: bytes, etag: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers.get("If-None-Match") == etag
        (answering(304) if known else answering(200, body, ETag=etag, Content_Type="text/html"))(handler)

    return answer


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
    bad = {
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
    good = [f"http://cdn.example/{number}" for number in range(len(bad))]
    chain.feed(*bad, *good)
    paths: Paths = {
        "/page": answering(200, HTML, Content_Type="image/jpeg"),
        "/empty": answering(200),
        "/drawing": answering(200, b"<svg onload='alert(1)'/>"),
        "/gone": answering(404, HTML),
        "/away": answering(302, Location="http://169.254.169.254/latest/meta-data"),
        "/endless": endless,
        "/short": breaking_off,
        **{f"/{number}": answering(200, picture(number)) for number in range(len(bad))},
    }
    with shop_server(paths) as (_, web):
        metadata = Spy(["169.254.169.254"]).resolve

        def resolve(host: str, port: int, **_: Any) -> Any:
            return (metadata if host.startswith("169.") else web.resolve)(host, port)

        strict = replace(web, resolve=resolve)
        assert (chain.run(strict), chain.fetch_images(strict)) == (0, 0), chain.logged[-1]
    failed = {address: ("failed", reason) for address, reason in bad.items()}
    assert chain.told() == failed | dict.fromkeys(good, ("fetched", ""))
    assert b"this is a web page (HTML) and no image" in cloud.get(TENANT, "shop/imports/images.csv")
    assert chain.cloud.read(chain.layout.result(7))["items"] == {"succeeded": 11, "failed": 11, "skipped": 0}


def test_a_javascript_url_never_comes_so_far(cloud: Cloud) -> None:
    chain = Chain(cloud, reject_tolerance=0.9)
    chain.feed("javascript:alert(1)", "s3:a.jpg")
    assert (chain.run(), chain.summary()["reasons"], chain.summary()["images"]) == (0, {"NotAnImageUrl": 1}, 1)


def test_a_certificate_that_is_wrong_is_told_and_one_that_is_right_is_trusted(cloud: Cloud) -> None:
    authority, chain = trustme.CA(), Chain(cloud)
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("cdn.example").configure_cert(server)
    authority.configure_trust(client)
    chain.feed("https://cdn.example/a", "https://other.example/a")
    with serving({"/a": answering(200, picture(1))}, server) as served:
        web = Spy([PUBLIC], port=served.port).web(tls=client)
        assert (chain.run(web), chain.fetch_images(web)) == (0, 0)
    assert chain.told() == {
        "https://cdn.example/a": ("fetched", ""),
        "https://other.example/a": ("failed", "BadCertificate"),
    }


def test_a_host_that_asks_for_rest_gets_it_and_one_that_asks_for_too_much_is_left_alone(cloud: Cloud) -> None:
    chain, answers = Chain(cloud), [answering(503, Retry_After="1"), answering(200, picture(1))]
    times: list[float] = []

    def busy(handler: BaseHTTPRequestHandler) -> None:
        times.append(time.monotonic())
        answers.pop(0)(handler)

    chain.feed("http://a.example/busy", "http://b.example/no1", "http://b.example/no2", "http://a.example/1")
    no = answering(429, Retry_After="3600")
    with shop_server({"/busy": busy, "/no1": no, "/no2": no, "/1": answering(200, picture(2))}) as (server, web):
        chain.params["images"] = {"per_host": 1}
        assert (chain.run(web), chain.fetch_images(web)) == (0, 0), chain.logged[-1]
        assert sum("/no" in path for path, _ in server.asked) == 1, "nothing is asked of it any more"
    assert times[1] - times[0] >= 1
    told = chain.told()
    assert {told[f"http://b.example/no{number}"] for number in (1, 2)} == {("failed", "HostAsksForRest")}
    assert told["http://a.example/busy"] == told["http://a.example/1"] == ("fetched", "")


def test_a_host_that_is_dead_is_given_up_and_the_portion_with_it(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts_module, "MOST_STUMBLES", 4)
    chain = Chain(cloud)
    chain.feed(*(f"http://dead.example/{number}" for number in range(40)))
    spy = Spy([PUBLIC], port=1)
    assert (chain.run(), chain.fetch_images(spy.web())) == (0, 65)
    assert len(spy.connected) < 40
    assert {reason for _, reason in chain.told().values()} == {"HostGivenUp"}
    assert b"dead.example takes no connection" in cloud.get(TENANT, "shop/imports/images.csv")


def test_not_more_is_asked_of_a_host_at_once_and_in_a_second_than_is_polite(cloud: Cloud) -> None:
    chain, now, most, times = Chain(cloud, images={"per_host": 2, "rate": 20}), [0], [0], []

    def counted(handler: BaseHTTPRequestHandler) -> None:
        now[0] += 1
        most[0] = max(most[0], now[0])
        times.append(time.monotonic())
        time.sleep(0.02)
        now[0] -= 1
        answering(200, picture(1))(handler)

    chain.feed(*(f"http://cdn.example/{number}" for number in range(12)))
    with shop_server({f"/{number}": counted for number in range(12)}) as (_, web):
        assert (chain.run(web), chain.fetch_images(web)) == (0, 0)
    assert most[0] <= 2
    assert max(times) - min(times) >= 0.9 * 11 / 20


def test_what_the_shop_has_in_its_bucket_is_taken_from_there(cloud: Cloud) -> None:
    chain = Chain(cloud)
    chain.feed("s3:photos/a.jpg, s3:photos/b.jpg")
    for name, colour in (("a", 1), ("b", 2)):
        cloud.put(TENANT, f"shop/photos/{name}.jpg", picture(colour))
    assert chain.all() == (0, 0, 0)
    assert (chain.image("s3:photos/b.jpg"), len(chain.sizes())) == (picture(2), 4)
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


def test_the_containers_bring_a_feed_and_its_images_by_https(cloud: Cloud, tmp_path: Path) -> None:
    authority, chain = trustme.CA(), Chain(cloud)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    paths: Paths = {"/a.jpg": answering(200, picture(1), ETag='"1"')}
    with serving(paths, context) as server:
        at = f"https://localhost:{server.port}"
        feed = f"sku;title;price;image_link\na;Lamp;9,99;{at}/a.jpg\n".encode()
        paths["/feed"] = answering(200, feed, ETag='"1"')
        chain.params["feed"] = {"url": f"{at}/feed"}
        chain.begin()
        trusted = {"BACKROOM_TRUSTED_HOSTS": f"localhost:{server.port}", "SSL_CERT_FILE": str(tmp_path / "ca.pem")}
        for stage, name in (("fetch", "product_import"), ("images", "product_images"), ("rescale", "product_images")):
            folders = f"{ROOT}/containers/{name}:{ROOT}/containers/image_resize"
            container = cloud.start_module(
                name,
                PYTHONPATH=folders,
                BACKROOM_JOB="product_import",
                BACKROOM_RUN=chain.layout.run,
                BACKROOM_STAGE=stage,
                **trusted,
            )
            done = ended(container)
            assert done.code == 0, done
        assert sorted(path for path, _ in server.asked) == ["/a.jpg", "/feed"]
    assert len(chain.sizes()) == 2
    assert sorted(chain.products(tmp_path)) == ["a"]
