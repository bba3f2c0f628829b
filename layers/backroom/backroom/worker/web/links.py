"""One request over a connection, ended in time whatever the server does; the connection may be kept for another."""

import http.client
import socket
import ssl
import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult

from backroom.worker.web.urls import PORTS

USER_AGENT = "Backroom/0.1"


@dataclass(slots=True)
class Pool:
    """Connections that wait for another request to the same host; safe to use from many threads.

    Each leads to an address that was checked when it was opened, and its host has shown its certificate.
    """

    seconds: float = 10.0
    """How long one waits at most: servers close them after some time, too."""
    most: int = 64
    _idle: "OrderedDict[socket.socket, tuple[str, float]]" = field(default_factory=OrderedDict)
    """Host and time of each, the oldest first."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, origin: str, now: float) -> socket.socket | None:
        """Give one that leads to `origin` (SCHEME://HOST:PORT), which is the caller's from then on."""
        with self._lock:
            self._drop(now - self.seconds, self.most)
            found = next((link for link, (where, _) in self._idle.items() if where == origin), None)
            if found:
                del self._idle[found]
            return found

    def give(self, origin: str, link: socket.socket, now: float) -> None:
        """Keep one."""
        with self._lock:
            self._idle[link] = (origin, now)
            self._drop(now - self.seconds, self.most)

    def close(self) -> None:
        """Close them all."""
        with self._lock:
            self._drop(float("inf"), 0)

    def _drop(self, before: float, most: int) -> None:
        while self._idle:
            link, (_, since) = next(iter(self._idle.items()))
            if since >= before and len(self._idle) <= most:
                return
            del self._idle[link]
            link.close()


@dataclass(slots=True)
class Exchange:
    """A request and its answer, over a connection that is shut after `seconds`."""

    link: socket.socket
    answer: http.client.HTTPResponse
    _alarm: threading.Timer

    def end(self, pool: Pool | None, origin: str, now: float) -> None:
        """Keep the connection if nothing of the answer is left in it, or close it."""
        self._alarm.cancel()
        # An alarm that has gone off has shut the connection: the next request over it then finds it closed.
        whole = self.answer.isclosed() or self.answer.length == 0
        if pool and whole and not self.answer.will_close:
            pool.give(origin, self.link, now)
        else:
            self.link.close()


def secure(plain: socket.socket, parts: SplitResult, tls: ssl.SSLContext) -> socket.socket:
    """Give the connection as the URL's scheme wants it; nothing is sent yet."""
    if parts.scheme != "https":
        return plain
    return tls.wrap_socket(plain, server_hostname=parts.hostname, do_handshake_on_connect=False)


def exchange(
    link: socket.socket, parts: SplitResult, headers: Mapping[str, str], pause: float, seconds: float
) -> Exchange:
    """Ask over a connection; raises OSError, HTTPException. `pause`: seconds without a byte, `seconds`: all in all."""
    # A server that sends a byte now and then would never run into the pause.
    alarm = threading.Timer(seconds, _shut, [link])
    alarm.start()
    try:
        link.settimeout(min(pause, seconds))
        if isinstance(link, ssl.SSLSocket):
            link.do_handshake()
        return Exchange(link, _request(link, parts, headers), alarm)
    except BaseException:
        alarm.cancel()
        link.close()
        raise


def _request(link: socket.socket, parts: SplitResult, headers: Mapping[str, str]) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port or PORTS[parts.scheme])
    connection.default_port = PORTS[parts.scheme]
    connection.sock = link
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", path, headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers})
    return connection.getresponse()


def _shut(link: socket.socket) -> None:
    """Shut the connection under whoever reads it; by the plain socket's way, since TLS would take leave of its peer."""
    with suppress(OSError):
        socket.socket.shutdown(link, socket.SHUT_RDWR)
