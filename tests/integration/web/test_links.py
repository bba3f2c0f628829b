"""Connections that are kept for other requests, and such as have to be shut."""

import ssl
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
import trustme
from backroom.worker.web import Limits, NotModified, Pool, RefusedByServer, TooSlow, Web

from tests.integration.web.servers import Spy, answering, dribbling, serving

LIMITS = Limits(size=100_000, seconds=20, pause=5)
PUBLIC = "93.184.216.34"
Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


@pytest.fixture(scope="module")
def contexts() -> Contexts:
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("shop.example", "cdn.example").configure_cert(server)
    authority.configure_trust(client)
    return server, client


@pytest.fixture
def pool() -> Iterator[Pool]:
    found = Pool()
    yield found
    found.close()


def read(web: Web, url: str, limits: Limits = LIMITS) -> bytes:
    with web.get(url, limits) as answer:
        return answer.read()


def chunked(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"3\r\nabc\r\n0\r\n\r\n")


def test_requests_to_a_host_share_a_connection_and_no_other_host_does(contexts: Contexts, pool: Pool) -> None:
    paths = {"/a": answering(200, b"a"), "/b": chunked, "/c": answering(304), "/d": answering(200)}
    with serving(paths, contexts[0], keeps=True) as server:
        spy = Spy([PUBLIC], port=server.port)
        web = spy.web(tls=contexts[1], pool=pool)
        assert [read(web, f"https://shop.example/{name}") for name in "abda"] == [b"a", b"abc", b"", b"a"]
        with pytest.raises(NotModified):
            read(web, "https://shop.example/c")
        assert read(web, "https://shop.example/a") == b"a"
        assert len(spy.connected) == 1
        assert read(web, "https://cdn.example/a") == b"a"
        assert len(spy.connected) == 2
        assert [headers["Host"] for _, headers in server.asked] == ["shop.example"] * 6 + ["cdn.example"]


def test_a_connection_with_an_answer_left_in_it_is_not_used_again(pool: Pool) -> None:
    paths = {"/a": answering(200, b"a" * 99_000), "/gone": answering(404, b"not here")}
    with serving(paths, keeps=True) as server:
        spy = Spy([PUBLIC], port=server.port)
        web = spy.web(pool=pool)
        with pytest.raises(RefusedByServer):
            read(web, "http://shop.example/gone")
        with web.get("http://shop.example/a", LIMITS) as answer:
            next(answer.chunks)
        assert read(web, "http://shop.example/a") == b"a" * 99_000
        assert len(spy.connected) == 3


def test_a_connection_that_was_closed_meanwhile_costs_nothing(contexts: Contexts, pool: Pool) -> None:
    def closing(handler: BaseHTTPRequestHandler) -> None:
        answering(200, b"a")(handler)
        handler.close_connection = True

    with serving({"/a": closing}, contexts[0], keeps=True) as server:
        spy = Spy([PUBLIC], port=server.port)
        web = spy.web(tls=contexts[1], pool=pool)
        assert [read(web, "https://shop.example/a") for _ in range(3)] == [b"a"] * 3
        assert len(spy.connected) == 3


def test_what_has_waited_too_long_or_is_too_much_is_closed() -> None:
    now, pool = [0.0], Pool(seconds=5, most=2)
    with serving({"/a": answering(200, b"a")}, keeps=True) as server:
        spy = Spy([PUBLIC], port=server.port)
        web = spy.web(pool=pool, clock=lambda: now[0])
        for count, later in ((1, 0.0), (1, 4.0), (2, 6.0)):
            now[0] += later
            read(web, "http://a.example/a")
            assert len(spy.connected) == count
        for host in "bca":
            read(web, f"http://{host}.example/a")
        assert len(spy.connected) == 5, "of the two that may wait none is of a"
    pool.close()


@pytest.mark.parametrize("kept", [False, True])
def test_a_server_that_never_ends_is_left_in_time_by_https_too(contexts: Contexts, pool: Pool, kept: bool) -> None:
    with serving({"/a": answering(200), "/dribbling": dribbling}, contexts[0], keeps=True) as server:
        web = Spy([PUBLIC], port=server.port).web(tls=contexts[1], pool=pool if kept else None)
        read(web, "https://shop.example/a")
        began = time.monotonic()
        with pytest.raises(TooSlow):
            read(web, "https://shop.example/dribbling", Limits(1_000_000, 0.6, 5))
        assert time.monotonic() - began < 15
