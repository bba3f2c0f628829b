"""What pages cost: the table of docs/console.md, held to the calls that are made."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from backroom.recording.facts import Fact, Phase
from backroom.words import RunStatus
from backroom_console import jobs
from backroom_console.connection import Connection
from backroom_console.target import at_running
from backroom_console.web.app import create
from backroom_console.web.reading import Tally
from backroom_console.web.serving import make_site
from backroom_local.testing import Twin
from starlette.testclient import TestClient

from tests.integration.console_web.conftest import STACK, Console
from tests.prepared_runs import portions, run_id

DOCS = Path(__file__).resolve().parents[3] / "docs" / "console.md"
ENDED, GOING = run_id(0x200), run_id(0x201)
CALLS = r"(?P<fixed>\d+)(?: \+ (?P<each>\d+) a (?P<of>\w+))?"
OF_DYNAMODB = r"(?P<dynamodb>\d+)(?: a (?P<per>\w+))?"
ROW = re.compile(rf"^\| (?P<page>[^|]+?) \| {CALLS} \| {OF_DYNAMODB} \|", re.MULTILINE)
TABLE = {row["page"]: row for row in ROW.finditer(DOCS.read_text())}
ADDRESSES = {
    "Runs": "/",
    "Run that has ended": f"/runs/{ENDED}",
    "Run that goes on": f"/runs/{GOING}",
    "Portion": f"/runs/{ENDED}/portions/6",
    "State machine": f"/runs/{ENDED}/machine",
}


@pytest.fixture(scope="module")
def counted(console: Console, twin: Twin) -> Callable[[str], Counter[str]]:
    """Count the calls of a page that is opened first."""
    console.prepared.ended(ENDED, list(portions(20, 2, 7)), RunStatus.FAILED, "2 of 20")
    console.prepared.begun(GOING, list(portions(20, 2)))
    console.prepared.lives(GOING, {0: Fact(1, "", 1, Phase.RUNNING, started_at=1)})

    def count(address: str) -> Counter[str]:
        tally = Tally()

        def connect() -> Connection:
            made = Connection(at_running(STACK, twin.running))
            made.session.events.register("after-call", tally.count)
            return made

        with TestClient(create(make_site(connect, allow_actions=False)), base_url="http://localhost") as client:
            assert client.get(address).status_code == 200
        return tally.calls

    return count


@pytest.mark.parametrize("page", ADDRESSES)
def test_a_page_costs_what_the_docs_say(twin: Twin, counted: Callable[[str], Counter[str]], page: str) -> None:
    row, found = TABLE[page], counted(ADDRESSES[page])
    connection = Connection(at_running(STACK, twin.running))
    there = {"job": len(jobs.names(connection)), "queue": len(connection.outputs.queues), None: 0}
    told = int(row["fixed"]) + int(row["each"] or 0) * there[row["of"]]
    # One for each run that goes on, and other tests leave some of those.
    going = found["stepfunctions DescribeExecution"] if page == "Runs" else 0
    assert found.total() == told + going, found
    of_dynamodb = sum(count for call, count in found.items() if call.startswith("dynamodb"))
    assert of_dynamodb == int(row["dynamodb"]) * (there[row["per"]] if row["per"] else 1), found
