"""Who is answered: method by host by origin, on every route."""

import itertools
from typing import NoReturn

import pytest
from backroom_console.web.app import create, routes
from backroom_console.web.guard import HEADERS, refusal
from backroom_console.web.reading import Readers
from backroom_console.web.site import Site
from starlette.datastructures import Headers
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.unit.console_web.sites import BASE, NOW, console

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
OWN_HOSTS = ("localhost:8222", "127.0.0.1:8222", "[::1]:8222", "localhost", "localhost:9000")
FOREIGN_HOSTS = (
    "evil.example",
    "evil.example:8222",
    "localhost.evil.example:8222",
    "127.0.0.1.evil.example",
    "127.0.0.1@evil.example",
    "0.0.0.0:8222",
    "127.0.0.2:8222",
    "2130706433",
    "localhost:8222.evil.example",
    "",
)
FOREIGN_ORIGINS = (
    "http://evil.example",
    "null",
    "https://{host}",
    "http://localhost:1",
    "http://{host}.evil.example",
    "",
)
PATHS = [route.path for route in routes() if isinstance(route, Route)]


def judged(method: str, host: str, origin: str | None, **more: str) -> int:
    """Give the status that a request is refused with; 200: it is not."""
    named = [("host", host), *(() if origin is None else (("origin", origin),))]
    headers = Headers(raw=[(name.encode(), value.encode()) for name, value in (*named, *more.items())])
    refused = refusal(method, headers)
    return refused.status if refused else 200


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_judged_by_host_and_origin(method: str) -> None:
    safe = method in ("GET", "HEAD")
    for host in OWN_HOSTS:
        assert judged(method, host, f"http://{host}") == 200
        assert judged(method, host, None) == (200 if safe else 403), "who wants a change names its origin"
        for origin in FOREIGN_ORIGINS:
            assert judged(method, host, origin.format(host=host)) == 403, (method, host, origin)
    for host, named in itertools.product(FOREIGN_HOSTS, (None, *FOREIGN_ORIGINS, "http://{host}")):
        assert judged(method, host, named and named.format(host=host)) == 421, (
            "a name that was made to point here reads nothing"
        )


def test_two_hosts_are_none() -> None:
    headers = Headers(raw=[(b"host", b"localhost"), (b"host", b"evil.example")])
    refused = refusal("GET", headers)
    assert refused is not None
    assert refused.status == 421


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_may_link_here_and_load_nothing(site: str) -> None:
    here, own = "localhost:8222", "http://localhost:8222"
    assert judged("GET", here, None, **{"sec-fetch-site": site, "sec-fetch-mode": "navigate"}) == 200
    for mode in ("no-cors", "cors", "same-origin", "websocket"):
        assert judged("GET", here, None, **{"sec-fetch-site": site, "sec-fetch-mode": mode}) == 403
    assert judged("POST", here, own, **{"sec-fetch-site": site, "sec-fetch-mode": "navigate"}) == 403


@pytest.mark.parametrize("path", PATHS)
def test_no_route_changes_anything_unless_it_is_told_that_it_may(path: str) -> None:
    here = path.replace("{portion:int}", "1")
    with console() as client:
        for method in set(METHODS) - {"GET", "HEAD"}:
            answer = client.request(method, here, headers={"Origin": BASE})
            assert answer.status_code == 405, (method, here)


def test_every_answer_tells_the_browser_what_it_may_do() -> None:
    with console() as client:
        for path, host in itertools.product(
            ("/", "/nothing", "/static/console.css", "/static/nothing"), ("localhost", "x")
        ):
            answer = client.get(path, headers={"Host": host})
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS, (path, host)
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/vendor"]
)
def test_only_what_is_static_is_served(path: str) -> None:
    with console() as client:
        assert client.get(path).status_code == 404


def test_a_stack_that_cannot_be_reached_is_said_and_escaped() -> None:
    with console() as client:
        answer = client.get("/")
    assert answer.status_code == 503
    assert "no twin answers at &lt;nowhere&gt;" in answer.text
    assert 'role="alert"' in answer.text


def test_a_bug_is_said_without_what_it_says() -> None:
    def broken() -> NoReturn:
        raise RuntimeError("a secret")

    site = Site(Readers(broken), "nowhere", 0.01, lambda: NOW)
    with TestClient(create(site), base_url=BASE, raise_server_exceptions=False) as client:
        answer = client.get("/")
    assert answer.status_code == 500
    assert "RuntimeError" in answer.text
    assert "a secret" not in answer.text
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
