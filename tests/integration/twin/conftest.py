"""A twin in this process, with stand-ins for functions and Batch; one a module: moto's state is the process's."""

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="module")
def inbox(bare: Twin) -> Any:
    """A queue, and what to receive from it: the bodies that came, as JSON values."""
    sqs = bare.clients.get("sqs")
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]

    def receive() -> list[Any]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    return receive


@pytest.fixture(scope="module")
def role(bare: Twin) -> str:
    """A role for functions."""
    made = bare.clients.get("iam").create_role(RoleName="r", AssumeRolePolicyDocument='{"Version": "2012-10-17"}')
    arn: str = made["Role"]["Arn"]
    return arn


@pytest.fixture
def sfn(bare: Twin) -> Any:
    """The client."""
    return bare.clients.get("stepfunctions")


@pytest.fixture(scope="module")
def applied(bare: Twin) -> Twin:
    """A twin with the project's template."""
    bare.apply()
    return bare
