"""A twin in this process, with stand-ins for functions and Batch; one a module: moto's state is the process's."""

import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from backroom_local.settings import TwinSettings
from backroom_local.twin import Twin

from tests.integration.twin.stand_ins import FakeBatch, FakeFunctions, FakeParts

TEMPLATE = Path(__file__).parents[3] / "template.yaml"


@pytest.fixture(scope="module")
def parts() -> FakeParts:
    """The stand-ins."""
    return FakeParts()


@pytest.fixture(scope="module")
def bare(parts: FakeParts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """A twin without a template, with empty backends."""
    twin = Twin(TwinSettings(TEMPLATE, tmp_path_factory.mktemp("state"), keep=False), parts, threading.Event())
    connection = HTTPConnection(twin.url.removeprefix("http://"), timeout=30)
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == 200
    yield twin
    twin.close()


@pytest.fixture
def functions(parts: FakeParts) -> FakeFunctions:
    """The stand-in of the function host, without calls."""
    parts.fake_functions.calls.clear()
    return parts.fake_functions


@pytest.fixture
def batch(bare: Twin, parts: FakeParts) -> FakeBatch:
    """The stand-in of Batch, without jobs."""
    assert parts.fake_batch is not None
    parts.fake_batch.jobs.clear()
    parts.fake_batch.submitted.clear()
    return parts.fake_batch
