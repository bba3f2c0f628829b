"""Where there is neither pidfd nor waitid nor /proc, as on macOS, containers end all the same."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from backroom_local.execution import memory
from backroom_local.execution.interface import Ended

from tests.integration.execution.shop import Shop, opened
from tests.integration.execution.test_endings import OUT_OF_MEMORY, alive, until


@pytest.fixture(params=["waitid", "neither"])
def elsewhere(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, cloud_url: str, tmp_path: Path
) -> Iterator[Shop]:
    """An executor that has to do without what Linux has."""
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    if request.param == "neither":
        monkeypatch.delattr(os, "waitid", raising=False)
    monkeypatch.setattr(memory, "_LINUX", False)
    with opened(cloud_url, (), tmp_path) as made:
        yield made


def test_containers_end(elsewhere: Shop) -> None:
    ended, log = elsewhere.run("sh", "-c", "sleep 600 & echo $!; exit 3")
    assert ended == Ended(3)
    until(lambda: not alive(int(log[0])))
    many = [elsewhere.start("true" if number % 2 else "false") for number in range(40)]
    assert [watched.wait() for watched in many] == [Ended(0 if number % 2 else 1) for number in range(40)]


def test_containers_are_stopped(elsewhere: Shop) -> None:
    watched = elsewhere.start("sh", "-c", "trap '' TERM; echo up; sleep 600")
    watched.wait_for_line()
    assert watched.execution
    watched.execution.terminate(0.1)
    assert watched.wait() == Ended(137)


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="this system has no ps")
def test_memory_is_limited(elsewhere: Shop) -> None:
    hog = "x = [bytes(1 << 20).replace(b'\\0', b'x') for _ in range(100_000)]"
    assert elsewhere.run("python", "-c", hog, memory=200)[0] == OUT_OF_MEMORY
