"""A server on loopback that answers as told, and a way to it that notes where a connection was meant to go."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from backroom.worker.web import Web

from tests.integration.quiet import QuietServer

Paths = dict[str, Callable[[BaseHTTPRequestHandler], None]]


def answering(status: int, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def dribbling(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte now and then, for ever."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b".")
        time.sleep(0.05)


def breaking_off(handler: BaseHTTPRequestHandler) -> None:
    """Promise more than comes."""
    handler.send_response(200)
    handler.send_header("Content-Length", "10")
    handler.end_headers()
    handler.wfile.write(b"123")


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"." * 10_000)


class Server:
    """A server on loopback that answers as told and remembers what it was asked."""

    def __init__(self, paths: Paths, context: ssl.SSLContext | None = None, keeps: bool = False) -> None:
        asked = self.asked = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1" if keeps else "HTTP/1.0"

            def do_GET(self) -> None:
                asked.append((self.path, dict(self.headers)))
                try:
                    paths[self.path](self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    asked: list[tuple[str, dict[str, str]]]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serving(paths: Paths, context: ssl.SSLContext | None = None, keeps: bool = False) -> Iterator[Server]:
    """Serve while inside; `keeps`: connections stay open for other requests."""
    server = Server(paths, context, keeps)
    try:
        yield server
    finally:
        server.stop()


class Spy:
    """A resolver with one answer for every host, and a way to connect that leads to the server, noting where to."""

    def __init__(self, *answers: list[str], port: int = 0) -> None:
        self.answers, self.port = list(answers), port
        self.connected: list[str] = []

    def resolve(self, _host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer]

    def connect(self, address: tuple[str, int], timeout: float) -> socket.socket:
        self.connected.append(address[0])
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def web(self, **more: Any) -> Web:
        return Web(resolve=self.resolve, connect=self.connect, **more)
