"""A server of a test's own that says nothing of clients that break off."""

import sys
from http.server import ThreadingHTTPServer
from typing import Any


class QuietServer(ThreadingHTTPServer):
    """Clients are killed on purpose here, and what a server prints of it lands in whatever test runs next."""

    daemon_threads = True

    def handle_error(self, *told: Any) -> None:
        """Say nothing of a connection; an error of the server's own is told as ever."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*told)
