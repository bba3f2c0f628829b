"""A console over no stack: what it answers before anything is read."""

from datetime import UTC, datetime

from backroom_console.errors import UnreachableError
from backroom_console.web.app import create
from backroom_console.web.reading import Readers
from backroom_console.web.site import Site
from starlette.testclient import TestClient

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
BASE = "http://localhost:8222"


def nowhere() -> object:
    """Be no stack."""
    raise UnreachableError("no twin answers at <nowhere>")


def console(token: str | None = None) -> TestClient:
    """Give a client of a console whose stack cannot be reached."""
    site = Site(Readers(nowhere), "twin at nowhere", 0.01, lambda: NOW, token)  # type: ignore[arg-type]
    return TestClient(create(site), base_url=BASE, follow_redirects=False)
