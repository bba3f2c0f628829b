"""similarity on a twin with enforced policies: three nodes, one model, each shop its own; and a node that is lost."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from backroom.catalogue.bucket_file import FILE
from backroom.catalogue.sqlite import SqliteCatalogue
from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin
from similarity.neighbours import Wanted

from tests.e2e.command_line import ROOT, CommandLine, clean_environment
from tests.e2e.test_enforce_iam import denials
from tests.e2e.test_machine import eventually
from tests.unit.similarity.goods import catalogue, computed, goods

pytestmark = pytest.mark.long

SHOPS = {"bergblick": "", "kontor": "shop/", "solo": ""}
LARGE, RUN = "large-shop", "similarity-20261128T050000Z-0001"


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    settings = TwinSettings(ROOT / "template.yaml", tmp_path_factory.mktemp("similarity"), enforce_iam=True)
    with Twin.started(settings) as running:
        yield running


@pytest.fixture(scope="module")
def backroom(twin: Twin) -> CommandLine:
    return CommandLine(clean_environment(BACKROOM_STATE_DIR=str(twin.settings.state_dir)))


def alone(s3: Any, folder: Path) -> list[bytes]:
    """Give the demo shops' files as this process computes them."""
    found = []
    for shop, prefix in SHOPS.items():
        path = folder / f"{shop}.sqlite"
        path.write_bytes(s3.get_object(Bucket=f"backroom-{shop}", Key=f"{prefix}{FILE}")["Body"].read())
        found.append(list(SqliteCatalogue(shop, path).products()))
    return computed(found, [2, 7, 1], Wanted(10, 1_000))


def test_the_nodes_give_what_one_process_gives_and_nothing_is_done_twice(
    twin: Twin, backroom: CommandLine, tmp_path: Path
) -> None:
    done = backroom("demo", "similarity")
    assert done.returncode == 0, done.stderr + done.stdout
    assert any(line.split()[:3] == ["kontor", "21", "2"] for line in done.stdout.splitlines()), done.stdout
    s3 = twin.client("s3")
    written = [
        s3.get_object(Bucket=f"backroom-{shop}", Key=f"{prefix}similar/products.ndjson.gz")["Body"].read()
        for shop, prefix in SHOPS.items()
    ]
    assert written == alone(s3, tmp_path)
    (portion,) = backroom.json("portions", "last")
    assert (portion["tenant"], portion["items"]["succeeded"]) == ("shared-shop", 3)
    assert "nothing to do: 3 items unchanged" in backroom("demo", "similarity").stdout
    assert denials(twin) == []


def test_a_node_that_is_lost_is_named_and_all_begin_again(twin: Twin, backroom: CommandLine) -> None:
    s3, params = twin.client("s3"), {"similarity": {"M": {"model": {"S": "large"}}}}
    where = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket=f"backroom-{LARGE}", CreateBucketConfiguration=where)
    products = goods(1_800, words=12)
    s3.put_object(Bucket=f"backroom-{LARGE}", Key=FILE, Body=catalogue(LARGE, products))
    record = {"tenant": {"S": LARGE}, "bucket": {"S": f"backroom-{LARGE}"}, "enabled": {"BOOL": True}}
    twin.client("dynamodb").put_item(
        TableName=twin.outputs["TenantsTableName"], Item=record | {"params": {"M": params}}
    )
    execution = twin.start(twin.outputs["RunJobArn"], {"job": "similarity", "tenants": [LARGE]}, name=RUN)
    eventually(lambda: "1" in come(twin, RUN), "node 1 has not come", 180)
    queue = twin.client("batch").list_jobs(jobQueue=twin.outputs["MultiNodeQueueArn"], jobStatus="RUNNING")
    fault = {"kind": "host_failure", "job": f"{queue['jobSummaryList'][0]['jobId']}#1"}
    urlopen(Request(f"{twin.endpoint_url}/_twin/batch/faults", json.dumps(fault).encode())).close()  # noqa: S310
    assert twin.wait(execution, 240)["status"] == "SUCCEEDED"
    (portion,) = backroom.json("portions", "last")
    first, second = portion["attempts"]
    assert (first["cause"], second["cause"]) == ("host_lost", "ok")
    assert first["message"].startswith("node 1 (tls://127.")
    body = s3.get_object(Bucket=f"backroom-{LARGE}", Key="similar/products.ndjson.gz")["Body"].read()
    assert [body] == computed([products], [1_800], Wanted(10, 1_000))


def come(twin: Twin, run: str) -> set[str]:
    """Give the nodes that the main one has seen."""
    logs = twin.client("logs")
    try:
        events = logs.filter_log_events(logGroupName="backroom-similarity")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return set()
    lines = [json.loads(event["message"]) for event in events]
    return {line["node"] for line in lines if line.get("run") == run and line["message"] == "a node has come"}
