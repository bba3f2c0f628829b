"""A bad network: runs whose every process talks to S3, DynamoDB and Batch through a proxy that spoils many requests."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.request import urlopen

import orjson
from backroom import clients
from backroom.worker import stores

from tests.faults.campaign import Bench, Proof
from tests.faults.child import ROOT
from tests.faults.proxy import COUNTS

PATIENCE_SECONDS = 1
"""How long a client of the proofs waits for an answer; a minute outside."""


@contextmanager
def bad_network(cloud: str, rate: float, seed: int) -> Iterator[str]:
    """A proxy in front of the cloud; who is forked inside talks through it, with less time to wait."""
    command = [sys.executable, "-m", "tests.faults.proxy", cloud, "--rate", str(rate), "--seed", str(seed)]
    usual = clients.ANSWER_SECONDS
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as proxy:
        try:
            assert proxy.stdout is not None
            os.environ["AWS_ENDPOINT_URL"] = address = proxy.stdout.readline().strip()
            _connect_anew(PATIENCE_SECONDS)
            yield address
        finally:
            proxy.kill()
            os.environ["AWS_ENDPOINT_URL"] = cloud
            _connect_anew(usual)


def _connect_anew(seconds: int) -> None:
    stores.ANSWER_SECONDS = clients.ANSWER_SECONDS = seconds
    clients.connect.cache_clear()
    clients.connect()


def prove(bench: Bench, count: int, seed: int, rate: float) -> Proof:
    """Run `count` portions to their end while that share of requests gets into trouble."""
    proof = Proof(f"network_{rate:.0%}".rstrip("%"), seed, "portions")
    with bad_network(bench.cloud.url, rate, seed) as proxy:
        while bench.goes_on(proof, proof.counts.get("portions", 0), count):
            machine = bench.run(lambda _role: [], proof)
            proof.add(portions=machine.finished, retried_attempts=machine.retried)
        proof.add(**{f"requests_{name}": number for name, number in _counts(proxy).items()})
    return proof


def _counts(proxy: str) -> Mapping[str, int]:
    with urlopen(f"{proxy}{COUNTS.decode()}") as answer:  # noqa: S310 - our own loopback server
        found: dict[str, int] = orjson.loads(answer.read())
        return found
