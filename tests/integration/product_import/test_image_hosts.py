"""Hosts of images of every temper, as the stages meet them."""

import ssl
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import trustme
from product_images import hosts as hosts_module
from product_images import sources

from tests.integration.product_import.importing import TENANT
from tests.integration.product_import.picturing import PUBLIC, Chain, picture, shop_server
from tests.integration.web.servers import Paths, Spy, answering, serving
from tests.integration.worker.cloud import ROOT, Cloud, ended


@pytest.fixture(autouse=True)
def _brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries that a test need not sit through."""
    monkeypatch.setattr(sources, "_PAUSE", 0.01)


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
