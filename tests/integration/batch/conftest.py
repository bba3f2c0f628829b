"""A simulator for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from backroom_local.batch.settings import BatchSettings

from tests.integration.batch.simulator import Account, start_account

Start = Callable[..., Account]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a simulator: `start(settings, state_dir)`; everything is closed after the test."""
    closing: list[Callable[[], None]] = []

    def begin(settings: BatchSettings = BatchSettings(), state_dir: Path | None = None) -> Account:  # noqa: B008
        account = start_account(settings, state_dir)
        closing.append(account.close)
        return account

    yield begin
    for close in reversed(closing):
        close()


@pytest.fixture
def account(start: Start) -> Account:
    """A simulator with an environment `ce` of 4 vCPUs and a queue `q`."""
    account = start()
    account.environment("ce")
    account.queue("q", "ce")
    return account


@pytest.fixture(scope="module")
def standing() -> Iterator[Account]:
    """One simulator for all tests of a module that do not need one to themselves; `ce`, `q` and the definition `d`."""
    account = start_account(BatchSettings(), None)
    account.environment("ce")
    account.queue("q", "ce")
    account.define("d", ["/bin/true"])
    yield account
    account.close()
