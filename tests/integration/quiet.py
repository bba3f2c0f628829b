"""A server of a test's own that says nothing of clients that break off."""

from http.server import ThreadingHTTPServer


class QuietServer(ThreadingHTTPServer):
    """Clients are killed on purpose here, and what a server prints of it lands in whatever test runs next."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing."""
