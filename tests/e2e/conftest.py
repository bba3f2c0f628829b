"""One twin with the test jobs for all tests of the machine; what roles call on twins is recorded if that is asked."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from backroom_local import process

from tests.e2e.stage import Stage
from tests.template import calls


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    # The planners of the test jobs read what the stack's planners may not: a few tests fail where that is enforced.
    enforced = bool(os.environ.get("RECORD_CALLS"))
    with Stage.set_up(tmp_path_factory.mktemp("stage"), enforce_iam=enforced) as ready:
        yield ready


@pytest.fixture(scope="session", autouse=True)
def recorded_calls() -> Iterator[None]:
    """With RECORD_CALLS, add what was called on each twin that enforced policies to tests/template/calls.json."""
    stop = process.stop

    def record_and_stop(running: Any, *more: Any) -> Any:
        found = running.ask("access")
        if found["enforced"]:
            calls.record(found["callers"])
        return stop(running, *more)

    with pytest.MonkeyPatch.context() as patch:
        if os.environ.get("RECORD_CALLS"):
            patch.setattr(process, "stop", record_and_stop)
        yield
