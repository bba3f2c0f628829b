"""One twin with the test jobs for all tests of the machine."""

from collections.abc import Iterator

import pytest

from tests.e2e.stage import Stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage.set_up(tmp_path_factory.mktemp("stage")) as ready:
        yield ready
