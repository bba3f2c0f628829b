"""Lambda's Invoke, answered by the twin's own function host."""

import base64
from collections.abc import Callable, Iterable
from typing import Protocol
from urllib.parse import unquote

from backroom_local.server import wsgi
from backroom_local.server.wsgi import Application, Environ, StartResponse


class Invocation(Protocol):
    """What came of an invocation."""

    @property
    def status(self) -> int:
        """200 for an answer, 202 for what was taken on (Event), 204 for a dry run."""

    @property
    def payload(self) -> bytes:
        """The answer, or the error object."""

    @property
    def function_error(self) -> str | None:
        """`Unhandled` when the function failed."""

    @property
    def log(self) -> str:
        """The end of what the function wrote."""


Invoke = Callable[[str, bytes, str], Invocation]
"""(name of the function, payload, invocation type) -> Invocation; KeyError for a function that is not there."""


def name_of(reference: str) -> str:
    """Give the name of a function from its name, `NAME:QUALIFIER` or ARN."""
    parts = unquote(reference).split(":")
    return parts[6] if parts[0] == "arn" else parts[0]


def application(invoke: Invoke) -> Application:
    """Make the application that answers `POST /2015-03-31/functions/NAME/invocations`."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one invocation."""
        name = name_of(environ["PATH_INFO"].split("/")[3])
        kind = environ.get("HTTP_X_AMZ_INVOCATION_TYPE", "RequestResponse")
        try:
            done = invoke(name, wsgi.body(environ), kind)
        except KeyError:
            return _unknown(name, start_response)
        return wsgi.answer(start_response, done.status, done.payload, _headers(done, environ))

    return answer


def _headers(done: Invocation, environ: Environ) -> list[tuple[str, str]]:
    """Give the headers of an answer."""
    headers = [("X-Amz-Executed-Version", "$LATEST")]
    if done.function_error:
        headers.append(("X-Amz-Function-Error", done.function_error))
    if environ.get("HTTP_X_AMZ_LOG_TYPE") == "Tail":
        headers.append(("X-Amz-Log-Result", base64.b64encode(done.log.encode()[-4096:]).decode()))
    return headers


def _unknown(name: str, start_response: StartResponse) -> Iterable[bytes]:
    """Answer for a function that is not there, as Lambda does."""
    message = f"Function not found: {name}"
    start_response(
        "404 Not Found", [("Content-Type", "application/json"), ("X-Amzn-ErrorType", "ResourceNotFoundException")]
    )
    return [f'{{"Type": "User", "Message": "{message}"}}'.encode()]
