"""Which part of the twin answers a request: by the service it was signed for, and by its path."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from backroom_local.server import wsgi
from backroom_local.server.wsgi import Application, Environ, StartResponse

_INVOKE: Final = "/2015-03-31/functions/"
_INVOCATIONS: Final = "/invocations"
_READS: Final = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Front:
    """A WSGI application over the twin's parts."""

    moto: Application
    batch: Application
    functions: Application
    twin: Application
    """What begins with `/_twin/`, but `/_twin/batch/`, which is the Batch simulator's."""
    wrote: Callable[[str, Environ, bytes], None] = lambda _service, _environ, _body: None
    """Told of every request to S3 and DynamoDB that succeeded and may have changed something, before it is answered."""
    _locks: dict[str, threading.Lock] = field(
        default_factory=lambda: {"dynamodb": threading.Lock(), "s3": threading.Lock()}
    )

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        path = environ.get("PATH_INFO", "")
        if path.startswith("/_twin/"):
            part = self.batch if path.startswith("/_twin/batch/") else self.twin
            return part(environ, start_response)
        scope = wsgi.scope(environ)
        service = scope.service if scope else "s3"
        if service == "batch":
            return self.batch(environ, wsgi.identified(start_response))
        if service == "lambda" and path.startswith(_INVOKE) and path.endswith(_INVOCATIONS):
            return self.functions(environ, wsgi.identified(start_response))
        return self._moto(service, environ, start_response)

    def _moto(self, service: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Let moto answer. Writes go one at a time: moto's conditional ones look first and write then."""
        if service not in self._locks or (service == "s3" and environ["REQUEST_METHOD"] in _READS):
            return self.moto(environ, start_response)
        content, statuses = wsgi.body(environ), []

        def noted(status: str, *more: Any) -> Any:
            """Start the answer and note its status."""
            statuses.append(status)
            return start_response(status, *more)

        with self._locks[service]:
            answered = list(self.moto(environ, noted))
            if statuses and statuses[-1].startswith("2"):
                self.wrote(service, environ, content)
        return answered
