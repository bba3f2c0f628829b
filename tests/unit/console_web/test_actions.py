"""What changes something: only where the console may, only with its own token, only from its own pages."""

import pytest
from backroom.errors import NothingToResumeError, RunStillActiveError
from backroom.records import RunRecord
from backroom.words import Outcome, RunStatus
from backroom_console.resuming import left, require_something_left
from backroom_console.web.app import routes
from backroom_console.web.pages.actions import action_routes
from starlette.routing import Route

from tests.prepared_runs import BEGAN, JOB, run_id
from tests.unit.console_web.sites import BASE, console

TOKEN = "a-token-that-only-our-pages-know"
RUN = run_id(1)
ACTIONS = [f"/runs/{RUN}/resume", f"/runs/{RUN}/cancel", f"/jobs/{JOB}/run"]
REACHED = 503
"""What a request gets that was let through: there is no stack here to do it on."""


def test_what_changes_something_is_in_one_place() -> None:
    changing = [
        route for route in routes() if isinstance(route, Route) and not (route.methods or set()) <= {"GET", "HEAD"}
    ]
    assert not changing
    posts = [route.path for route in action_routes() if isinstance(route, Route) and "POST" in (route.methods or ())]
    assert len(posts) == len(ACTIONS)


@pytest.mark.parametrize("path", ACTIONS)
def test_there_is_no_such_page_unless_it_is_allowed(path: str) -> None:
    with console() as client:
        assert client.get(path).status_code == 404
        answer = client.post(path, data={"token": TOKEN}, headers={"Origin": BASE})
        assert answer.status_code == 404


@pytest.mark.parametrize("path", ACTIONS)
def test_only_a_form_with_the_token_from_here_is_heard(path: str) -> None:
    with console(TOKEN) as client:
        own = {"Origin": BASE}
        assert client.post(path, data={"token": TOKEN}, headers=own).status_code == REACHED
        for given in ({}, {"token": ""}, {"token": TOKEN[:-1]}, {"token": [TOKEN, TOKEN]}, {"other": TOKEN}):
            assert client.post(path, data=given, headers=own).status_code == 403, given
        assert client.post(path, json={"token": TOKEN}, headers=own).status_code == 403, "no form can be a page's JSON"
        assert client.post(f"{path}?token={TOKEN}", data={"x": "y"}, headers=own).status_code == 403
        long = {"token": TOKEN, "tenants": "t" * 100_000}
        assert client.post(path, data=long, headers=own).status_code == 403
        for origin in ("http://evil.example", "null", "http://localhost:1"):
            assert client.post(path, data={"token": TOKEN}, headers={"Origin": origin}).status_code == 403
        assert client.post(path, data={"token": TOKEN}).status_code == 403
        assert client.post(path, data={"token": TOKEN}, headers={**own, "Host": "evil.example"}).status_code == 421
        for method in ("PUT", "PATCH", "DELETE"):
            assert client.request(method, path, headers=own).status_code == 405


def record(status: RunStatus, **counts: int) -> RunRecord:
    return RunRecord(JOB, RUN, status, BEGAN, counts={Outcome(name): count for name, count in counts.items()})


def test_only_what_left_something_is_resumed() -> None:
    require_something_left(record(RunStatus.FAILED, succeeded=2, failed=1))
    require_something_left(record(RunStatus.FAILED))
    assert left(record(RunStatus.ABORTED, succeeded=2, cancelled=3, skipped=1)) == 3
    with pytest.raises(NothingToResumeError, match="nothing is left"):
        require_something_left(record(RunStatus.SUCCEEDED, succeeded=2, skipped=1))
    with pytest.raises(RunStillActiveError, match="backroom cancel"):
        require_something_left(record(RunStatus.RUNNING))
