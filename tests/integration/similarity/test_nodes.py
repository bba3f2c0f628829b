"""similarity as containers: three that meet give what one does; a node that goes takes the attempt with it."""

import gzip
import json
import os
import ssl
import subprocess
from collections.abc import Iterator
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from backroom.catalogue.bucket_file import FILE
from distributed import Client
from distributed.security import Security

from tests.integration.worker.cloud import ROOT, RUN, Cloud, Ended, ended, portion, running
from tests.unit.similarity.goods import catalogue, goods

pytestmark = pytest.mark.long

MAIN = ROOT / "containers/similarity/similarity/__main__.py"
PARAMS = {"model": "shop", "k": 3, "least": 0.1, "catalogue": "sqlite"}
SHOPS = {"a": goods(1_200, 1, words=8), "b": goods(40, 2), "empty": []}
FILES = ("similar/products.ndjson.gz", "similar/report.json")


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """Shops with catalogues, one that has none yet, and one whose catalogue is none; portions 1 and 2 are of all."""
    with running() as found:
        for shop, products in SHOPS.items():
            found.make_bucket(f"backroom-{shop}")
            if products:
                found.put(f"backroom-{shop}", f"p/{FILE}", catalogue(shop, products))
        found.make_bucket("backroom-broken")
        found.put("backroom-broken", f"p/{FILE}", b"no database" * 100)
        yield found


def plan(cloud: Cloud, number: int) -> None:
    tenants = [*SHOPS, "broken"]
    members = {one: {"bucket": f"backroom-{one}", "prefix": "p/", "params": PARAMS} for one in tenants}
    cloud.plan([portion(number, "shared-shop", [[one, '"v"', 1] for one in tenants], bucket="", members=members)])


def start(cloud: Cloud, node: int, of: int, attempt: int = 1) -> "subprocess.Popen[bytes]":
    """Start a node, at an address of its own as on the twin: that of the test's process number."""
    place = f"127.{100 + os.getpid() % 100}.{os.getpid() // 100 % 250}"
    environment = {
        "PYTHONPATH": str(MAIN.parents[1]),
        "BACKROOM_ITEM_TOLERANCE": "0.5",
        "AWS_BATCH_JOB_ATTEMPT": f"{attempt}",
        "AWS_BATCH_JOB_NODE_INDEX": f"{node}",
        "AWS_BATCH_JOB_NUM_NODES": f"{of}",
        "AWS_BATCH_JOB_MAIN_NODE_INDEX": "0",
        "BACKROOM_NODE_ADDRESS": f"{place}.{node + 1}",
    }
    if node:
        environment["AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS"] = f"{place}.1"
    return cloud.start(MAIN, **environment)


def files(cloud: Cloud) -> dict[str, list[bytes]]:
    return {shop: [cloud.get(f"backroom-{shop}", f"p/{name}") for name in FILES] for shop in SHOPS}


def until(process: "subprocess.Popen[bytes]", message: str) -> dict[str, Any]:
    """Read a node's log up to this line."""
    assert process.stdout is not None
    for line in process.stdout:
        if (found := json.loads(line))["message"] == message:
            return dict(found)
    raise AssertionError(f"ended without {message!r}: {process.communicate()[1].decode()}")


def check_alone(done: Ended) -> None:
    assert done.code == 0, done
    assert [line["item"] for line in done.lines if "item" in line] == ["broken"]


def test_three_nodes_give_what_one_does_and_end_with_the_main_one(cloud: Cloud) -> None:
    plan(cloud, 1)
    check_alone(ended(start(cloud, 0, of=1)))
    alone = files(cloud)
    reports = {shop: json.loads(found[1]) for shop, found in alone.items()}
    assert {shop: report["products"] for shop, report in reports.items()} == {"a": 1_200, "b": 40, "empty": 0}
    assert reports["a"]["without_similar"] < 100
    for shop, (body, _) in alone.items():
        assert all(b'"a-' not in line for line in gzip.decompress(body).splitlines())
        told = [json.loads(line) for line in gzip.decompress(body).splitlines()]
        assert [line["sku"] for line in told] == [product.sku for product in SHOPS[shop]]
        own = {product.sku for product in SHOPS[shop]}
        assert all({similar["sku"] for similar in line["similar"]} <= own for line in told)

    plan(cloud, 2)
    stale = {"attempt": f"{RUN.run}/1/0", "port": 9, "certificate": "", "key": ""}
    cloud.put("backroom-runs", RUN.handover(2, "cluster"), json.dumps(stale).encode())
    for shop in SHOPS:
        for name in FILES:
            cloud.s3.delete_object(Bucket=f"backroom-{shop}", Key=f"p/{name}")
    early = start(cloud, 2, of=3)
    until(early, "node started")
    main, late = start(cloud, 0, of=3), start(cloud, 1, of=3)
    done = ended(main)
    check_alone(done)
    assert [ended(early).code, ended(late).code] == [0, 0]
    assert done.errors == ""
    assert files(cloud) == alone
    assert cloud.read(RUN.result(2))["items"] == {"succeeded": 3, "failed": 1, "skipped": 0}


def test_a_node_that_is_lost_ends_the_attempt_and_nobody_else_gets_in(cloud: Cloud) -> None:
    plan(cloud, 1)
    main, node = start(cloud, 0, of=3), start(cloud, 1, of=3)
    address = until(main, "waiting for the other nodes")["address"]
    until(main, "a node has come")
    sockets = [at for one in (main, node) for at in psutil.Process(one.pid).net_connections() if not at.raddr]
    assert sockets
    assert all(at.laddr.ip.startswith("127.") for at in sockets), "nothing is open to other networks"
    host, port = address.removeprefix("tls://").split(":")
    stranger = Security.temporary()
    stranger.tls_ca_file = ssl.get_server_certificate((host, int(port)))
    with pytest.raises(OSError, match=r"TLS|imed out"):
        Client(address, security=stranger, timeout="2s")
    node.kill()
    done = ended(main)
    ended(node)
    assert done.code == 75, done
    told = cloud.read(RUN.attempt(1, 1, 1))
    assert told["cause"] == "host_lost"
    assert told["message"].startswith("node 1 (tls://127.")
    assert told["message"].endswith("is gone, with what it held: all nodes begin again")
