"""A fresh cloud for every test: one server for all of them, emptied before each."""

from collections.abc import Iterator

import pytest

from tests.integration.worker.cloud import Cloud, running


@pytest.fixture(scope="session")
def _server() -> Iterator[Cloud]:
    with running() as cloud:
        yield cloud


@pytest.fixture
def cloud(_server: Cloud) -> Cloud:
    """Empty but for the runs bucket."""
    _server.reset()
    return _server
