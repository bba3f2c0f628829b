"""A queue with a fair-share policy on its page. The session's twin has none, so its queues are said to have one."""

from collections.abc import Iterator
from typing import Any

import pytest
from backroom_console.connection import Connection
from backroom_console.target import at_running
from backroom_console.web.app import create
from backroom_console.web.serving import make_site
from backroom_local.testing import Twin
from starlette.testclient import TestClient

from tests.integration.console_web.conftest import STACK


def vcpus(quantity: float) -> list[dict[str, Any]]:
    return [{"capacityUnit": "vCPU", "quantity": quantity}]


SHARES = {"imageresize": 2.0, "sitemap": 0.25}


@pytest.fixture
def utilization() -> dict[str, Any]:
    """What Batch answers of each queue, to be filled by a test."""
    return {}


@pytest.fixture
def page(twin: Twin, utilization: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    connection = Connection(at_running(STACK, twin.running))
    answer = {"frontOfQueue": {"jobs": []}, "queueUtilization": utilization}
    monkeypatch.setattr(connection.batch, "get_job_queue_snapshot", lambda **_: answer)
    with TestClient(
        create(make_site(lambda: connection, allow_actions=False)), base_url="http://localhost:1"
    ) as client:
        yield client


def test_shares_are_shown_with_what_they_have_of_what_is_in_use(page: TestClient, utilization: dict[str, Any]) -> None:
    top = [{"shareIdentifier": name, "capacityUsage": vcpus(used)} for name, used in SHARES.items()]
    utilization["totalCapacityUsage"] = vcpus(2.25)
    utilization["fairshareUtilization"] = {"activeShareCount": 2, "topCapacityUtilization": top}
    text = page.get("/queues").text
    assert "<dt>vCPUs in use</dt><dd>2.25</dd>" in text
    assert "2 of 2.25 vCPUs in use" in text
    assert "0.25 of 2.25 vCPUs in use" in text
    assert text.index("imageresize") < text.index("sitemap")


def test_shares_that_use_nothing_are_said_to(page: TestClient, utilization: dict[str, Any]) -> None:
    utilization["totalCapacityUsage"] = vcpus(0)
    utilization["fairshareUtilization"] = {"activeShareCount": 0, "topCapacityUtilization": []}
    assert "No share uses anything now" in page.get("/queues").text


def test_a_queue_of_no_policy_has_no_shares_and_an_older_batch_says_nothing_of_use(page: TestClient) -> None:
    text = page.get("/queues").text
    assert "vCPUs in use" not in text
    assert "Shares" not in text
