"""What a stranger's URL may lead to: real sockets, real TLS, and a spy on every connection."""

import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
import trustme
from backroom.worker.web import (
    BadCertificate,
    ForbiddenAddress,
    Limits,
    NotModified,
    RefusedByServer,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    UnknownHost,
    Unreachable,
    UnusableUrl,
    Web,
    WebReason,
)
from backroom.worker.web.addresses import is_public
from backroom.worker.web.urls import parse_url
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.web.hostile import FORBIDDEN, HOSTILE
from tests.integration.web.servers import Paths, Spy, answering, breaking_off, dribbling, endless, serving

LIMITS = Limits(size=100_000, seconds=20, pause=5)
PUBLIC = "93.184.216.34"


def read(web: Web, url: str, limits: Limits = LIMITS, headers: dict[str, str] | None = None) -> bytes:
    with web.get(url, limits, headers) as answer:
        return answer.read()


def test_a_public_host_is_read_by_its_name_at_the_address_that_was_checked() -> None:
    with serving({"/a?b=c": answering(200, b"body", ETag='"1"')}) as server:
        spy = Spy([PUBLIC], port=server.port)
        with spy.web().get("http://shop.example/a?b=c", LIMITS, {"If-None-Match": '"0"'}) as answer:
            assert (answer.read(), answer.headers["etag"], answer.url) == (b"body", '"1"', "http://shop.example/a?b=c")
        ((_, headers),) = server.asked
        assert (headers["Host"], headers["If-None-Match"], headers["Accept-Encoding"]) == (
            "shop.example",
            '"0"',
            "identity",
        )
        assert spy.connected == [PUBLIC]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_no_address_that_is_not_public_is_connected_to(address: str) -> None:
    spy = Spy([address])
    with pytest.raises(ForbiddenAddress, match="not public"):
        read(spy.web(), "http://shop.example/")
    mixed = Spy([PUBLIC, address])
    with pytest.raises(ForbiddenAddress):
        read(mixed.web(), "https://shop.example/")
    assert spy.connected == mixed.connected == []


@pytest.mark.parametrize(
    "address", [PUBLIC, "1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


def test_no_hostile_url_leads_to_a_connection() -> None:
    assert len(HOSTILE) >= 200
    connected: list[Any] = []

    def connect(address: Any, timeout: float) -> socket.socket:
        connected.append(address)
        raise OSError

    web = Web(connect=connect)
    for url in HOSTILE:
        # The machine's own resolver: it is what takes decimal, octal and full-width numbers for addresses.
        with pytest.raises((UnusableUrl, ForbiddenAddress, UnknownHost)):
            read(web, url)
    assert connected == []


def test_a_name_that_resolves_otherwise_the_next_time_is_of_no_use() -> None:
    with serving(
        {"/": answering(302, Location="http://shop.example/next"), "/next": answering(200, b"secret")}
    ) as server:
        spy = Spy([PUBLIC], ["127.0.0.1"], port=server.port)
        with pytest.raises(ForbiddenAddress):
            read(spy.web(), "http://shop.example/")
        assert spy.connected == [PUBLIC], "once checked, once used; the redirect is checked anew"


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/", "file:///etc/passwd", "http://127.0.0.1:22/", "//localhost/"]
)
def test_a_redirect_to_what_is_forbidden_is_not_followed(target: str) -> None:
    with serving({"/": answering(307, Location=target)}) as server:
        connected: list[Any] = []

        def connect(address: Any, timeout: float) -> socket.socket:
            connected.append(address)
            return socket.create_connection(("127.0.0.1", server.port), timeout)

        def resolve(host: str, port: int, **more: Any) -> Any:
            known = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, port))]
            return known if host == "shop.example" else socket.getaddrinfo(host, port, **more)

        with pytest.raises((ForbiddenAddress, UnusableUrl)):
            read(Web(resolve=resolve, connect=connect), "http://shop.example/")
        assert connected == [(PUBLIC, 80)]


def test_redirects_are_followed_and_headers_stay_with_their_host() -> None:
    paths = {
        "/": answering(301, Location="/b"),
        "/b": answering(302, Location="http://cdn.example/c"),
        "/c": answering(200, b"x"),
    }
    with serving(paths) as server:
        assert (
            read(Spy([PUBLIC], port=server.port).web(), "http://shop.example/", headers={"Authorization": "secret"})
            == b"x"
        )
        assert ["Authorization" in headers for _, headers in server.asked] == [True, True, False]


@pytest.mark.parametrize(
    ("path", "limits", "reason"),
    [
        ("/round", LIMITS, TooManyRedirects),
        ("/large", Limits(10, 20), TooLarge),
        ("/endless", Limits(1_000_000, 20), TooLarge),
        ("/dribbling", Limits(1_000_000, 0.6, 5), TooSlow),
        ("/silent", Limits(1_000, 20, 0.3), TooSlow),
        ("/short", LIMITS, Unreachable),
        ("/gone", LIMITS, RefusedByServer),
        ("/same", LIMITS, NotModified),
        ("/nowhere", LIMITS, RefusedByServer),
    ],
)
def test_what_does_not_come_to_an_end_is_ended(path: str, limits: Limits, reason: type[WebReason]) -> None:
    paths: Paths = {
        "/round": answering(302, Location="/round"),
        "/large": answering(200, b"12345678901"),
        "/endless": endless,
        "/dribbling": dribbling,
        "/silent": lambda _: time.sleep(1),
        "/short": breaking_off,
        "/gone": answering(404),
        "/same": answering(304),
        "/nowhere": answering(302),
    }
    with serving(paths) as server:
        began = time.monotonic()
        with pytest.raises(reason):
            read(Spy([PUBLIC], port=server.port).web(), f"http://shop.example{path}", limits)
        assert time.monotonic() - began < 15


def test_a_server_that_may_do_better_later_is_told_from_one_that_will_not() -> None:
    with serving({"/503": answering(503), "/404": answering(404)}) as server:
        for path, passing in (("/503", True), ("/404", False)):
            with pytest.raises(RefusedByServer) as refused:
                read(Spy([PUBLIC], port=server.port).web(), f"http://shop.example{path}")
            assert refused.value.passing is passing


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def test_a_certificate_must_be_the_hosts(authority: trustme.CA) -> None:
    served, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("shop.example").configure_cert(served)
    authority.configure_trust(trusting)
    with serving({"/": answering(200, b"ok")}, served) as server:
        spy = Spy([PUBLIC], port=server.port)
        assert read(spy.web(tls=trusting), "https://shop.example/") == b"ok"
        assert server.asked[0][1]["Host"] == "shop.example"
        for web, url in ((spy.web(), "https://shop.example/"), (spy.web(tls=trusting), "https://another.example/")):
            with pytest.raises(BadCertificate, match="cannot show"):
                read(web, url)


def test_a_host_of_the_operators_own_may_lie_anywhere_at_that_port_only() -> None:
    with serving({"/": answering(200, b"feed")}) as server:
        web = Web(trusted=frozenset({f"localhost:{server.port}"}))
        assert read(web, f"http://localhost:{server.port}/") == b"feed"
        with pytest.raises(UnusableUrl):
            read(web, f"http://localhost:{server.port + 1}/")
        with pytest.raises(ForbiddenAddress):
            read(web, "http://localhost/")


def test_an_error_of_the_readers_own_is_not_taken_for_the_servers(tmp_path: Path) -> None:
    with serving({"/": answering(200, b"ok")}) as server:
        asked = Spy([PUBLIC], port=server.port).web().get("http://a.example/", LIMITS)
        with pytest.raises(FileNotFoundError), asked:
            (tmp_path / "nothing").read_bytes()


@given(st.text(max_size=30))
def test_whatever_a_url_is_it_is_refused_by_name_or_of_a_host_and_port_that_may_be_asked(text: str) -> None:
    try:
        parts = parse_url(f"http://{text}")
    except UnusableUrl:
        return
    assert parts.hostname
    assert parts.port in (None, 80, 443)
