"""The HTTP server: werkzeug's, a thread a connection, with connections kept open.

Measured over boto3 against its HTTP/1.0 default: docs/adr/0004-one-process.md.
"""

import threading
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from backroom_local.server.wsgi import Application

HOST = "127.0.0.1"


class _Handler(MotoRequestHandler):  # type: ignore[misc]
    """Keeps connections open and writes no access log."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 600

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Say nothing."""

    def log_error(self, *args: Any) -> None:
        """Say nothing of clients that went away."""


class Listener:
    """Serves an application on a loopback port, from threads of its own."""

    def __init__(self, port: int = 0) -> None:
        """Take the port at once (0: a free one); OSError when it is taken."""
        self._server: BaseWSGIServer = make_server(HOST, port, _starting, threaded=True, request_handler=_Handler)
        self.port: int = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, name="twin-http", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    def serve(self, application: Application) -> None:
        """Begin to answer."""
        self._server.app = application
        self._thread.start()

    def close(self) -> None:
        """Stop to accept connections."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()


def _starting(_environ: Any, start_response: Any) -> list[bytes]:
    """Answer while the twin is not there yet."""
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return []
