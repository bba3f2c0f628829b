"""A door in front of the cloud: it remembers every request and may refuse or delay any of them."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from tests.integration.quiet import QuietServer


@dataclass(frozen=True)
class Request:
    """What a container asked."""

    number: int
    method: str
    path: str
    authorization: str
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What the door answers instead of the cloud."""

    status: int
    body: bytes = b""


Rule = Callable[[Request], Answer | None]


class Front(QuietServer):
    """Forwards to the cloud what the rule answers with None."""

    def __init__(self, cloud: str, rule: Rule) -> None:
        """`cloud` is the address forwarded to."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cloud = urlsplit(cloud).netloc
        self.rule = rule
        self.requests: list[Request] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where the door is."""
        return f"http://127.0.0.1:{self.server_port}"

    def remember(self, method: str, path: str, authorization: str, body: bytes) -> Request:
        """Number the request and keep it."""
        with self.lock:
            request = Request(len(self.requests), method, path, authorization, body)
            self.requests.append(request)
            return request


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Front

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = self.server.remember(self.command, self.path, self.headers.get("Authorization", ""), body)
        answer = self.server.rule(request)
        if answer is not None:
            self._answer(answer.status, [], answer.body)
            return
        link = http.client.HTTPConnection(self.server.cloud, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        link.request(self.command, self.path, body, headers | {"Host": self.server.cloud})
        reply = link.getresponse()
        kept = [pair for pair in reply.getheaders() if pair[0].lower() not in ("connection", "transfer-encoding")]
        self._answer(reply.status, kept, reply.read())
        link.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _serve  # noqa: N815 - the server's own names


@contextmanager
def front(cloud: str, rule: Rule) -> Iterator[Front]:
    """A door while inside."""
    server = Front(cloud, rule)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
