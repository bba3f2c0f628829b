"""The few things of WSGI that the front needs: types, whole answers, bodies, and the service of a signed request."""

import io
import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

_REQUEST_ID = "x-amzn-requestid"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Who signed a request, and for which service (the credential scope of Signature Version 4)."""

    access_key: str
    region: str
    service: str


def scope(environ: Environ) -> Scope | None:
    """Read the credential scope of a request's Authorization header; None for an unsigned request."""
    header = environ.get("HTTP_AUTHORIZATION", "")
    _, found, rest = header.partition("Credential=")
    parts = rest.partition(",")[0].split("/")
    if not found or len(parts) != 5:
        return None
    return Scope(access_key=parts[0], region=parts[2], service=parts[3].lower())


def body(environ: Environ) -> bytes:
    """Read a request's body and leave it to be read again."""
    length = environ.get("CONTENT_LENGTH")
    if not length and not environ.get("wsgi.input_terminated"):
        return b""
    content: bytes = environ["wsgi.input"].read(int(length)) if length else environ["wsgi.input"].read()
    environ["wsgi.input"] = io.BytesIO(content)
    environ["CONTENT_LENGTH"] = str(len(content))
    return content


def identified(start_response: StartResponse) -> StartResponse:
    """Give an answer an id of its request, as every service of AWS does, unless it has one."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        """Start the answer."""
        named = any(name.lower() == _REQUEST_ID for name, _ in headers)
        return start_response(status, headers if named else [*headers, (_REQUEST_ID, str(uuid.uuid4()))], *more)

    return start


def answer(
    start_response: StartResponse,
    status: int,
    content: bytes,
    headers: Iterable[tuple[str, str]] = (),
    content_type: str = "application/json",
) -> Iterable[bytes]:
    """Answer a request with a whole body."""
    everything = [("Content-Type", content_type), ("Content-Length", str(len(content))), *headers]
    start_response(f"{status} {HTTPStatus(status).phrase}", everything)
    return [content]


def answer_json(start_response: StartResponse, status: int, value: Any) -> Iterable[bytes]:
    """Answer a request with a JSON value."""
    return answer(start_response, status, json.dumps(value, default=str).encode())
