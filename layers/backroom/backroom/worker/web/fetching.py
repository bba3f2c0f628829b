"""GET of an http(s) URL that a stranger has named.

The host is resolved once, all its addresses are checked, and the connection goes to the address that was checked: a
name that resolves otherwise a moment later (DNS rebinding) changes nothing. Every redirect is checked anew. No proxy,
no cookies, no netrc, and no compression, so that what is counted is what comes.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from backroom.worker.web.addresses import is_public
from backroom.worker.web.links import Exchange, Pool, exchange, secure
from backroom.worker.web.reasons import (
    BadCertificate,
    ForbiddenAddress,
    NotModified,
    RefusedByServer,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    UnknownHost,
    Unreachable,
    parse_rest,
)
from backroom.worker.web.urls import PORTS, parse_url

_REDIRECTS = {301, 302, 303, 307, 308}
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken of one answer."""

    size: int
    """Bytes."""
    seconds: float
    """From the first connection to the last byte, redirects included."""
    pause: float = 15.0
    """Longest time, in seconds, without a byte."""
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer whose body is still to be read."""

    url: str
    """The last one, after all redirects."""
    headers: Mapping[str, str]
    """Names in lower case."""
    chunks: Iterator[bytes]
    """The body. Raises TooLarge, TooSlow, Unreachable."""

    def read(self) -> bytes:
        """The body as a whole."""
        return b"".join(self.chunks)


@dataclass(frozen=True, slots=True)
class Web:
    """The web as jobs may see it. `trusted` are hosts (HOST:PORT) of the operator's own that may lie anywhere."""

    trusted: frozenset[str] = frozenset()
    resolve: Callable[..., Any] = socket.getaddrinfo
    connect: Callable[..., socket.socket] = socket.create_connection
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    clock: Callable[[], float] = time.monotonic
    pool: Pool | None = None
    """Where connections wait that another request may use; None: each request has its own."""

    @contextmanager
    def get(self, url: str, limits: Limits, headers: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """Ask for a URL; raises one of the reasons. Headers such as If-None-Match go along to the first host only."""
        deadline = self.clock() + limits.seconds
        current, sent = url, dict(headers or {})
        for _ in range(limits.redirects + 1):
            parts = parse_url(current, self.trusted)
            with self._asked(parts, sent, limits, deadline) as answer:
                target = _redirected(answer, current)
                if target is None:
                    yield self._answer(answer, current, limits, deadline)
                    return
            sent = sent if urlsplit(target).netloc == parts.netloc else {}
            current = target
        raise TooManyRedirects(f"{url} leads from one redirect to another, {limits.redirects} and more")

    @contextmanager
    def _asked(
        self, parts: SplitResult, headers: Mapping[str, str], limits: Limits, deadline: float
    ) -> Iterator[http.client.HTTPResponse]:
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._translated(parts.geturl(), deadline):
            found = self._kept(origin, parts, headers, limits, deadline) or self._new(parts, headers, limits, deadline)
        try:
            yield found.answer
        finally:
            found.end(self.pool, origin, self.clock())

    def _kept(
        self, origin: str, parts: SplitResult, headers: Mapping[str, str], limits: Limits, deadline: float
    ) -> Exchange | None:
        """Ask over a connection that is open already, if one is; its server may have closed it meanwhile."""
        link = self.pool.take(origin, self.clock()) if self.pool else None
        if link is None:
            return None
        try:
            return exchange(link, parts, headers, limits.pause, self._left(parts, limits, deadline))
        except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return None

    def _new(self, parts: SplitResult, headers: Mapping[str, str], limits: Limits, deadline: float) -> Exchange:
        plain = self._plain(parts, min(limits.pause, self._left(parts, limits, deadline)))
        left = self._left(parts, limits, deadline)
        return exchange(secure(plain, parts, self.tls), parts, headers, limits.pause, left)

    def _left(self, parts: SplitResult, limits: Limits, deadline: float) -> float:
        left = deadline - self.clock()
        if left <= 0:
            raise TooSlow(f"{parts.geturl()} took longer than {limits.seconds:g} s")
        return left

    @contextmanager
    def _translated(self, url: str, deadline: float) -> Iterator[None]:
        """Turn what a connection may raise into a reason."""
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise BadCertificate(
                f"{url}: the server cannot show that it is this host: {error.verify_message}"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, TimeoutError) or self.clock() >= deadline:
                raise TooSlow(f"{url} took too long") from error
            raise Unreachable(f"{url} broke off: {type(error).__name__}: {error}") from error

    def _plain(self, parts: SplitResult, timeout: float) -> socket.socket:
        """Connect to one of the host's addresses, the second if the first is dead; more would cost too much time."""
        addresses = self._addresses(str(parts.hostname), parts.port or PORTS[parts.scheme])[:2]
        for address in addresses:
            try:
                return self.connect(address[:2], timeout)
            except OSError as error:
                problem = error
        raise Unreachable(f"{parts.hostname} takes no connection: {problem}") from problem

    def _addresses(self, host: str, port: int) -> list[tuple[Any, ...]]:
        try:
            found = [entry[4] for entry in self.resolve(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as error:
            raise UnknownHost(f"there is no host {host}: {error}") from error
        if f"{host}:{port}" not in self.trusted:
            refused = [address[0] for address in found if not is_public(str(address[0]))]
            if refused or not found:
                raise ForbiddenAddress(
                    f"{host} is at {', '.join(map(str, refused)) or 'no address'}, which is not public"
                )
        return found

    def _answer(self, answer: http.client.HTTPResponse, url: str, limits: Limits, deadline: float) -> Answer:
        if answer.status == http.client.NOT_MODIFIED:
            raise NotModified(f"{url} is as it was")
        if not 200 <= answer.status < 300:
            rest = parse_rest(answer.headers.get("Retry-After"), datetime.now(UTC))
            raise RefusedByServer(answer.status, f"{url} answers {answer.status} {answer.reason}", rest)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > limits.size:
            raise TooLarge(f"{url} has {int(length):,} bytes; at most {limits.size:,} are read")
        return Answer(url, headers, self._chunks(answer, url, limits, deadline))

    def _chunks(self, answer: http.client.HTTPResponse, url: str, limits: Limits, deadline: float) -> Iterator[bytes]:
        size = 0
        while True:
            with self._translated(url, deadline):
                chunk = answer.read1(_CHUNK)
            if not chunk:
                break
            size += len(chunk)
            if size > limits.size:
                raise TooLarge(f"{url} has more than {limits.size:,} bytes")
            yield chunk
        if answer.length or self.clock() >= deadline:
            raise Unreachable(f"{url} broke off before its end") if answer.length else TooSlow(f"{url} took too long")


def open_web(environment: Mapping[str, str], pool: Pool | None = None) -> Web:
    """Give the web as a container sees it: BACKROOM_TRUSTED_HOSTS names the operator's own hosts, HOST:PORT with blanks
    between them, that may be asked although they are not public. Certificates are checked as SSL_CERT_FILE says.
    """
    return Web(frozenset(environment.get("BACKROOM_TRUSTED_HOSTS", "").split()), pool=pool)


def _redirected(answer: http.client.HTTPResponse, url: str) -> str | None:
    if answer.status not in _REDIRECTS:
        return None
    target = answer.headers.get("Location")
    if not target:
        raise RefusedByServer(answer.status, f"{url} answers {answer.status} without saying where to")
    return urljoin(url, target)
