"""The WSGI application: one request in, one operation on the driver's thread, AWS's form of an answer out."""

import json
import logging
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qs

from backroom_local.batch.account import Account
from backroom_local.batch.api import faults, operations, service
from backroom_local.batch.api.errors import ApiError, ClientError, NotEmulatedError, ServerError
from backroom_local.batch.api.registry import OPERATIONS, Request

T = TypeVar("T")
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
CallOnDriver = Callable[[Callable[[int], dict[str, Any]]], dict[str, Any]]
CHANGING = ("Create", "Update", "Delete", "Register", "Deregister", "Tag", "Untag")
"""What the operations that change a document begin with."""
log = logging.getLogger(__name__)

__all__ = ["Api", "operations"]


class Api:
    """Answers `POST /v1/...`, `/v1/tags/ARN` and `POST /_twin/batch/faults`.

    `call` runs a function of the time on the driver's thread, so operations need no locks.
    """

    def __init__(self, account: Account, call: CallOnDriver) -> None:
        self._account = account
        self._call = call

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        request_id = str(uuid.uuid4())
        try:
            return _respond(start_response, 200, self._answer(environ), request_id)
        except ApiError as error:
            return _refuse(start_response, error, request_id)
        except Exception as error:
            log.exception("the Batch API failed at %s", environ.get("PATH_INFO"))
            return _refuse(start_response, ServerError(f"{type(error).__name__}: {error}"), request_id)

    def _answer(self, environ: Environ) -> dict[str, Any]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        body = _json(environ)
        if path == faults.PATH and method == "POST":
            return self._fault(body)
        name = service.operation(method, path)
        if name is None:
            raise NotEmulatedError(f"{method} {path}")
        if name not in OPERATIONS:
            raise NotEmulatedError(name)
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        return self._operate(name, service.parameters(name, path, query, body))

    def _operate(self, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
        new_id = str(uuid.uuid4())

        def work(now: int) -> dict[str, Any]:
            if faults.take_server_error(self._account, name):
                raise ServerError("Internal Server Error")
            self._account.changed |= name.startswith(CHANGING)
            return OPERATIONS[name](self._account, Request(parameters, now, new_id))

        return self._call(work)

    def _fault(self, body: dict[str, Any]) -> dict[str, Any]:
        def work(now: int) -> dict[str, Any]:
            faults.inflict(self._account, body, now)
            return body

        return self._call(work)


def _json(environ: Environ) -> dict[str, Any]:
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise ClientError("the request's body is no JSON") from None
    if not isinstance(body, dict):
        raise ClientError("the request's body is no JSON object")
    return body


def _refuse(start_response: StartResponse, error: ApiError, request_id: str) -> Iterable[bytes]:
    message = {"message": str(error), "code": error.code}
    return _respond(start_response, error.status, message, request_id, [("x-amzn-errortype", error.code)])


def _respond(
    start_response: StartResponse,
    status: int,
    document: dict[str, Any],
    request_id: str,
    headers: Iterable[tuple[str, str]] = (),
) -> Iterable[bytes]:
    content = json.dumps(document).encode()
    everything = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(content))),
        ("x-amzn-requestid", request_id),
        *headers,
    ]
    start_response(f"{status} {HTTPStatus(status).phrase}", everything)
    return [content]
