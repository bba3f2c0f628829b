"""The cloud of the proofs from outside: starting it, furnishing it for one run, and what it has accepted."""

import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.request import Request, urlopen

import boto3
import orjson
from backroom.layout import RunLayout
from backroom.live import LivePortions
from backroom.manifest.reader import ManifestReader
from backroom.runs import RunsTable
from backroom.tenants import Tenant, TenantsTable

from tests.faults import job
from tests.faults.child import ROOT
from tests.integration.functions_logic.conftest import DEFINITION, create_table

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

REGION: Literal["eu-central-1"] = "eu-central-1"
RUNS, TENANTS = "backroom-runs", "backroom-tenants"
JOB, RUN = "image_resize", "image_resize-20261127T030000Z-0a1b"
LAYOUT = RunLayout(JOB, RUN)
ITEMS: Mapping[str, int] = {"alder": 3, "birch": 1}
"""Tenants and how many items each has; a portion takes two."""
DEFINITION_OF_JOB: Any = DEFINITION | {"parameters": DEFINITION["parameters"] | {"waves": "4"}}
SPOT = "arn:aws:batch:eu-central-1:123456789012:job-queue/backroom-spot"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "backroom",
    "BACKROOM_STACK": "backroom",
    "BACKROOM_BUCKET": RUNS,
    "BACKROOM_TENANTS_TABLE": "TenantsTable",
    "BACKROOM_RUNS_TABLE": "RunsTable",
    "BACKROOM_QUEUE": SPOT,
    "BACKROOM_ON_DEMAND_QUEUE": "arn:aws:batch:eu-central-1:123456789012:job-queue/backroom-on_demand",
    "BACKROOM_EVENT_BUS": "default",
}


@dataclass(frozen=True, slots=True)
class Write:
    """An object as S3 accepted it."""

    bucket: str
    key: str
    body: bytes
    metadata: Mapping[str, str]


@dataclass
class Cloud:
    """A running store."""

    url: str
    database: Path
    """The SQLite database of the job's effects."""
    history: list[Write] = field(default_factory=list)
    """All that S3 has accepted since the cloud was furnished, in order, as far as it was asked for."""

    def furnish(self) -> None:
        """Empty the cloud, then furnish it with tables, buckets, the job's definition, tenants and their items."""
        self._post("/moto-api/reset")
        job.make(self.database)
        tables = [create_table(self._dynamodb, name) for name in ("TenantsTable", "RunsTable")]
        for bucket in (RUNS, TENANTS):
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self._client("batch").register_job_definition(**DEFINITION_OF_JOB)
        for tenant, count in ITEMS.items():
            TenantsTable(tables[0]).put(Tenant(tenant=tenant, bucket=TENANTS, prefix=f"{tenant}/", enabled=True))
            for number in range(count):
                self.s3.put_object(Bucket=TENANTS, Key=f"{tenant}/images/{number}", Body=f"{tenant} {number}".encode())
        self.asked()
        self.history.clear()

    def tell(self, jobs: Sequence[Mapping[str, Any]]) -> None:
        """Tell Batch what it shall say of its jobs."""
        self._post("/_twin/jobs", orjson.dumps(jobs))

    def asked(self) -> list[Write]:
        """The writes that S3 has accepted since it was asked last; they are added to the history."""
        new = [_write(record) for record in orjson.loads(self._post("/_twin/history"))]
        self.history += new
        return new

    def read(self, key: str) -> bytes:
        """An object of the runs bucket."""
        return self.s3.get_object(Bucket=RUNS, Key=key)["Body"].read()

    def manifest(self, wave: int) -> ManifestReader:
        """A wave's manifest."""
        return ManifestReader(self.s3, RUNS, LAYOUT, wave)

    @cached_property
    def s3(self) -> "S3Client":
        """A client of its own: that of the children must have no connections when they are forked."""
        client: S3Client = self._client("s3")
        return client

    @cached_property
    def runs(self) -> RunsTable:
        """The table of runs."""
        return RunsTable(self._dynamodb.Table("RunsTable"))

    @cached_property
    def live(self) -> LivePortions:
        """What the table says of portions that run."""
        return LivePortions(self._dynamodb.Table("RunsTable"))

    @cached_property
    def _dynamodb(self) -> Any:
        return boto3.session.Session().resource("dynamodb", endpoint_url=self.url)

    def _client(self, service: Any) -> Any:
        return boto3.session.Session().client(service, endpoint_url=self.url)

    def _post(self, path: str, body: bytes = b"") -> bytes:
        with urlopen(Request(f"{self.url}{path}", body, method="POST")) as answer:  # noqa: S310 - our own loopback server
            content: bytes = answer.read()
            return content


def _write(record: Mapping[str, Any]) -> Write:
    _, bucket, key = record["path"].split("/", 2)
    return Write(bucket, key, base64.b64decode(record["body"]), record["metadata"])


@contextmanager
def running(careless: bool = False) -> Iterator[Cloud]:
    """A cloud in a process of its own; what this process forks finds it in its environment."""
    command = [sys.executable, "-m", "tests.faults.store", *(["--careless"] if careless else [])]
    with (
        tempfile.TemporaryDirectory(prefix="backroom-faults-") as folder,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as store,
    ):
        try:
            assert store.stdout is not None
            url, database = store.stdout.readline().strip(), Path(folder, "effects.sqlite")
            os.environ.update(ENVIRONMENT, AWS_ENDPOINT_URL=url, PROOF_DATABASE=str(database))
            os.environ |= {"PROOF_CARELESS": "yes"} if careless else {}
            yield Cloud(url, database)
        finally:
            store.kill()
