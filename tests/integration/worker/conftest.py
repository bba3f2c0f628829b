"""A fresh cloud for every test: one server for all of them, emptied before each."""

from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest

from tests.integration.worker.cloud import RUNS, Cloud, running


@pytest.fixture(scope="session")
def _server() -> Iterator[Cloud]:
    with running() as cloud:
        yield cloud


@pytest.fixture
def cloud(_server: Cloud) -> Cloud:
    """Empty but for the runs bucket."""
    urlopen(Request(f"{_server.url}/moto-api/reset", method="POST")).close()  # noqa: S310 - our own loopback server
    _server.make_bucket(RUNS)
    return _server
