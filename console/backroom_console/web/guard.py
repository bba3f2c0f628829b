"""Keeps other sites' pages away from the console: which hosts and origins it answers, and what browsers may do with it.

A page of any site may send requests to a loopback address, and by a name that it lets point there (DNS rebinding) may
read the answers too. So a request must name this host as one does who opened it here, and no other origin.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?")
"""Any port: over a tunnel the console has another one than where it runs. The name alone tells a rebound one apart."""
_SAFE = ("GET", "HEAD")
_FOREIGN = ("cross-site", "same-site")
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with that a form of our own would have the origin `null`.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""What every answer tells the browser; OWASP's HTTP headers cheat sheet."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered."""

    status: HTTPStatus
    message: str


def refusal(method: str, headers: Headers) -> Refusal | None:
    """Judge a request by its headers; None: it may pass."""
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or not _LOOPBACK.fullmatch(hosts[0]):
        return Refusal(HTTPStatus.MISDIRECTED_REQUEST, "This console answers at localhost and 127.0.0.1 only.")
    if not _is_own(origins, hosts[0], method):
        return Refusal(HTTPStatus.FORBIDDEN, "Another site's page may not use this console.")
    if headers.get("sec-fetch-site") in _FOREIGN and not _is_visit(method, headers):
        return Refusal(HTTPStatus.FORBIDDEN, "Another site's page may link to this console, not load from it.")
    return None


def _is_own(origins: Sequence[str], host: str, method: str) -> bool:
    """Say whether the origins are this one; who wants something changed must name it."""
    if not origins:
        return method in _SAFE
    return origins == [f"http://{host}"]


def _is_visit(method: str, headers: Headers) -> bool:
    """Say whether it is somebody who follows a link."""
    return method in _SAFE and headers.get("sec-fetch-mode") == "navigate"


@dataclass(frozen=True, slots=True)
class Guard:
    """ASGI middleware that refuses what `refusal` refuses, and sends HEADERS with every answer."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it; there are no WebSockets here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = refusal(scope["method"], Headers(scope=scope))
        answer = self.app if refused is None else PlainTextResponse(f"{refused.message}\n", refused.status)
        await answer(scope, receive, _with_headers(send))


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            headers.setdefault("Cache-Control", "no-cache")
        await send(message)

    return sending
