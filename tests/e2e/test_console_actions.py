"""A run that is cancelled and resumed from the web console, as somebody who clicks does it."""

import re

import pytest
from backroom_console.connection import Connection
from backroom_console.target import at_running
from backroom_console.web.app import create
from backroom_console.web.serving import make_site
from starlette.testclient import TestClient

from tests.e2e.stage import Stage
from tests.e2e.test_machine import eventually

BASE = "http://localhost:8222"


@pytest.fixture(scope="module")
def client(stage: Stage) -> TestClient:
    """A console that may change things."""
    site = make_site(lambda: Connection(at_running("backroom", stage.twin.running)), allow_actions=True)
    return TestClient(create(site), base_url=BASE, follow_redirects=False)


def confirmed(client: TestClient, path: str, command: str) -> str:
    """Ask for a change, say yes, and give where that leads."""
    asked = client.get(path)
    assert asked.status_code == 200, asked.text
    assert command in asked.text, "the command that does the same is shown"
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked.text))
    done = client.post(path, data=hidden, headers={"Origin": BASE})
    assert done.status_code == 303, done.text
    return str(done.headers["location"])


def test_a_run_is_cancelled_and_resumed(stage: Stage, client: TestClient) -> None:
    tenant = stage.tenant()
    run, execution = stage.start("probe", tenants=[tenant], params={"items": ["ok-1", "paused-1"]})
    eventually(lambda: "portion-1" in client.get(f"/runs/{run}?state=running").text, "no portion was seen running")
    assert f'href="/runs/{run}/cancel"' in client.get(f"/runs/{run}").text
    assert confirmed(client, f"/runs/{run}/cancel", f"backroom cancel {run}") == f"/runs/{run}"
    assert stage.finish(run, execution).status == "ABORTED"
    page = client.get(f"/runs/{run}").text
    assert f'href="/runs/{run}/resume"' in page
    assert "nothing would change" in client.get(f"/runs/{run}/cancel").text
    resumed = confirmed(client, f"/runs/{run}/resume", f"backroom resume {run}").rpartition("/")[2]
    ended = stage.finish(
        resumed, stage.twin.outputs["RunJobArn"].replace(":stateMachine:", ":execution:") + f":{resumed}"
    )
    assert ended.status == "SUCCEEDED"
    assert f'href="/runs/{resumed}"' in client.get(f"/runs/{run}").text, "both are one story"


def test_a_job_is_started_with_what_it_would_do_in_sight(stage: Stage, client: TestClient) -> None:
    tenant = stage.tenant()
    asked = client.get(f"/jobs/probe/run?tenants={tenant}")
    assert "nothing to do" in asked.text
    location = confirmed(client, f"/jobs/probe/run?tenants={tenant}", f"backroom run probe --tenant {tenant}")
    assert client.get(location).status_code == 200
    assert client.get("/jobs/probe/run?tenants=nobody").status_code == 404
    assert client.get("/jobs/nothing/run").status_code == 404
