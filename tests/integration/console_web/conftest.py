"""A console over the session's twin, with made-up runs, and what a test asks of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import count

import boto3
import pytest
from backroom.words import RunStatus
from backroom_console.connection import Connection
from backroom_console.target import at_running
from backroom_console.web.app import create
from backroom_console.web.serving import make_site
from backroom_local.testing import Twin
from httpx2 import Response
from starlette.testclient import TestClient

from tests.prepared_runs import Prepared, portions, run_id

STACK = "backroom"


@dataclass(frozen=True)
class Console:
    """A client of the console, and where runs are made up."""

    client: TestClient
    prepared: Prepared
    numbers: Iterator[int]

    def new_id(self) -> str:
        """Give an id that no run has yet."""
        return run_id(next(self.numbers))

    def get(self, path: str, status: int = 200) -> Response:
        """Get a page, which must be well made."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        if answer.headers["content-type"].startswith("text/html"):
            Checked(path).feed(answer.text)
        return answer


class Checked(HTMLParser):
    """Refuses what the policy would refuse, and what has no place in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.ids = page, set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element."""
        given = dict(attrs)
        inline = [name for name in given if name == "style" or name.startswith(("on", "hx-on"))]
        assert not inline, f"{self.page}: <{tag}> has {inline}, which the policy refuses"
        assert tag not in ("style", "iframe", "object", "base"), f"{self.page} has a <{tag}>"
        assert tag != "script" or (given.get("src") or "").startswith("/static/"), (
            f"{self.page} has a script of its own"
        )
        for name in ("href", "src", "action", "hx-get"):
            address = given.get(name) or "/"
            assert address.startswith(("/", "#", "?")), f"{self.page}: <{tag}> leads to {address}"
            assert not address.startswith("//"), f"{self.page}: <{tag}> leads to {address}"
        if identity := given.get("id"):
            assert identity not in self.ids, f"{self.page} has two {identity!r}"
            self.ids.add(identity)


@pytest.fixture(scope="session")
def console(twin: Twin) -> Iterator[Console]:
    target = at_running(STACK, twin.running)
    connection = Connection(target)
    tables = boto3.resource(
        "dynamodb",
        endpoint_url=target.endpoint,
        region_name=target.region,
        aws_access_key_id=target.access_key,
        aws_secret_access_key=target.secret_key,
    )
    outputs = connection.outputs
    prepared = Prepared(tables.Table(outputs.runs_table), connection.s3, outputs.bucket)
    site = make_site(lambda: Connection(target), allow_actions=False)
    with TestClient(create(site), base_url="http://localhost:8222") as client:
        yield Console(client, prepared, count(0x100))


@pytest.fixture(scope="session")
def failed(console: Console) -> str:
    """A run of 60 portions, of which 8 failed for four reasons."""
    return console.prepared.ended(
        console.new_id(), list(portions(60, 3, 7)), RunStatus.FAILED, "8 of 60 portions failed"
    )
