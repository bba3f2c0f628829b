"""The HTTP server: cheroot's, which keeps connections open, with a pool of threads.

werkzeug's, which moto comes with, closes every connection and costs twice as much a request
(docs/adr/0004-one-process.md).
"""

import threading
from typing import Any
from urllib.parse import unquote_to_bytes

from cheroot.wsgi import Gateway_10, Server
from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    environ_key_for_header,
    should_preserve_original_header_name,
)

from backroom_local.server.wsgi import Application, Environ

HOST = "127.0.0.1"
_THREADS = 64
"""As many requests are answered at once; a function that is waited for takes one of them."""
_BACKLOG = 1024
_IDLE_SECONDS = 3600
_SHUTDOWN_SECONDS = 0.5
"""What still runs when the twin ends is not waited for longer."""


_GatewayBase: Any = Gateway_10


class _Gateway(_GatewayBase):  # type: ignore[misc]
    """Gives moto the environment that it knows from werkzeug's server."""

    def get_environ(self) -> Environ:
        """Decode the whole path, slashes too, and keep the names of S3's metadata that have underscores."""
        environ: Environ = super().get_environ()
        raw = self.req.uri
        environ["RAW_URI"] = raw.decode("latin-1")
        environ["PATH_INFO"] = unquote_to_bytes(raw.partition(b"?")[0]).decode("latin-1")
        names = (name.decode("latin-1") for name in self.req.inheaders)
        kept = (name for name in names if should_preserve_original_header_name(name))
        environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = {environ_key_for_header(name): name for name in kept}
        return environ


class PortError(OSError):
    """The port is somebody else's."""


class Listener:
    """Serves an application on a loopback port, from threads of its own."""

    def __init__(self, port: int = 0) -> None:
        """Take the port at once (0: a free one); PortError when it is taken."""
        make: Any = Server
        self._server = make((HOST, port), _starting, numthreads=_THREADS, request_queue_size=_BACKLOG)
        self._server.gateway = _Gateway
        self._server.timeout = _IDLE_SECONDS
        self._server.shutdown_timeout = _SHUTDOWN_SECONDS
        self._server.error_log = lambda *_args, **_named: None
        try:
            self._server.prepare()
        except OSError as error:
            raise PortError(f"port {port} of {HOST} cannot be had ({error}); give another with --port") from error
        self.port: int = self._server.bind_addr[1]
        self._thread = threading.Thread(target=self._server.serve, name="twin-http", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    def serve(self, application: Application) -> None:
        """Begin to answer."""
        self._server.wsgi_app = application
        self._thread.start()

    def close(self) -> None:
        """Stop to answer."""
        self._server.stop()


def _starting(_environ: Any, start_response: Any) -> list[bytes]:
    """Answer while the twin is not there yet."""
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return []
