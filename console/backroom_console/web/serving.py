"""Serves the console on this machine only."""

import secrets
import socket
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from types import FrameType

import uvicorn

from backroom_console.connection import Connection
from backroom_console.web.app import create
from backroom_console.web.reading import Readers
from backroom_console.web.site import Site

_HOST = "127.0.0.1"
_STOP_SECONDS = 2
"""How long pages that are being read, and streams, may go on after Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What the user says of it."""

    port: int = 0
    """0: any that is free."""
    allow_actions: bool = False
    open_browser: bool = True


class _Server(uvicorn.Server):
    """A server that says so when it begins to stop: it waits for streams, and those would go on."""

    def __init__(self, config: uvicorn.Config, stopping: Event) -> None:
        super().__init__(config)
        self._stopping = stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop, as a signal has asked for."""
        self._stopping.set()
        super().handle_exit(sig, frame)


def make_site(connect: Callable[[], Connection], allow_actions: bool) -> Site:
    """Make the site over the stack that `connect` reaches; raises what it raises."""
    connection = connect()
    connection.outputs  # noqa: B018 - a stack that is not there is said at once, not by the first page
    token = secrets.token_urlsafe(32) if allow_actions else None
    return Site(Readers(connect), connection.place, connection.pause, lambda: datetime.now().astimezone(), token)


def serve(site: Site, wanted: Serving, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C; `say` is told the address. Raises OSError where the port is taken."""
    with socket.create_server((_HOST, wanted.port)) as listening:
        address = f"http://{_HOST}:{listening.getsockname()[1]}/"
        say(address)
        if wanted.open_browser:
            webbrowser.open(address)
        config = uvicorn.Config(
            create(site),
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        # Ctrl-C is how it is meant to end; uvicorn raises it anew when it has stopped.
        with suppress(KeyboardInterrupt):
            _Server(config, site.stopping).run([listening])
