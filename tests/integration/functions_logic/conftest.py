"""A stack without AWS: moto's S3, DynamoDB and Batch, template.yaml's tables, and a Batch that ends as told."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import orjson
import pytest
from backroom.clients import Clients, connect
from backroom.deployment import Deployment
from backroom.layout import RunLayout
from backroom.planning.plan import plan
from backroom.planning.request import PlanRequest
from backroom.recording.record import record
from backroom.recording.request import RecordAnswer, RecordRequest
from backroom.settings import Settings
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from samcli.yamlhelper import yaml_parse

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
JOB, RUN = "image_resize", "image_resize-20261127T030000Z-0a1b"
NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
REGION: Literal["eu-central-1"] = "eu-central-1"
ROW = {"job": JOB, "portion_items": "2", "portion_seconds": "240", "waves": "2", "item_tolerance": "0.2"}
DEFINITION: Any = {
    "jobDefinitionName": f"backroom-{JOB}",
    "type": "container",
    "parameters": ROW | {"portion_tolerance": "0"},
    "containerProperties": {
        "image": "image_resize",
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "128"}],
    },
}


@dataclass
class EndedBatch:
    """Batch after a wave: definitions as moto has them, and children of one array that ended as a test says."""

    definitions: Any
    children: dict[int, dict[str, Any]] = field(default_factory=dict)
    arrays: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    """The children of arrays that are not alike, by the array's id."""
    submitted: list[dict[str, Any]] = field(default_factory=list)
    """What ListJobs finds by its name: job summaries, all of one queue."""
    terminated: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    fronts: dict[str, int] = field(default_factory=dict)
    """A queue's ARN -> since when (ms) its first Batch job has been that."""

    def get_job_queue_snapshot(self, jobQueue: str) -> dict[str, Any]:  # noqa: N803
        since = self.fronts.get(jobQueue)
        jobs = [] if since is None else [{"jobArn": "arn:job", "earliestTimeAtPosition": since}]
        return {"frontOfQueue": {"jobs": jobs, "lastUpdatedAt": 0}}

    def describe_job_definitions(self, **asked: Any) -> Any:
        return self.definitions.describe_job_definitions(**asked)

    def get_paginator(self, operation: str) -> Any:
        return self if operation == "list_jobs" else self.definitions.get_paginator(operation)

    def terminate_job(self, jobId: str, reason: str) -> None:  # noqa: N803
        self.terminated[jobId] = reason

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        if "filters" in asked:
            (names,) = (one["values"] for one in asked["filters"] if one["name"] == "JOB_NAME")
            named = [job for job in self.submitted if job["jobName"].startswith(names[0].removesuffix("*"))]
            yield {"jobSummaryList": named}
        else:
            yield from self._children(asked["arrayJobId"], asked["jobStatus"])

    def _children(self, arrayJobId: str, jobStatus: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        self.calls.append(f"list {jobStatus}")
        found = [
            {"jobId": f"{arrayJobId}:{index}", "arrayProperties": {"index": index}}
            for index, child in self.arrays.get(arrayJobId, self.children).items()
            if child["status"] == jobStatus
        ]
        yield from ({"jobSummaryList": found[start : start + 1000]} for start in range(0, len(found), 1000))

    def _known(self, job: str) -> dict[str, Any] | None:
        """Give a child, or a plain job, which is known as child 0."""
        array, _, index = job.partition(":")
        return self.arrays.get(array, self.children).get(int(index or 0))

    def describe_jobs(self, jobs: list[str]) -> dict[str, Any]:
        self.calls.append(f"describe {len(jobs)}")
        assert len(jobs) <= 100
        found = [(job, self._known(job)) for job in jobs]
        return {"jobs": [{"jobId": job, "attempts": [], **child} for job, child in found if child]}


@dataclass
class World:
    """The stack and what tests do with it."""

    deployment: Deployment
    batch: EndedBatch
    tenants: Any
    runs: Any
    now: datetime = NOW
    layout: RunLayout = field(default_factory=lambda: RunLayout(JOB, RUN))

    @property
    def s3(self) -> Any:
        return self.deployment.s3

    def tenant(self, name: str, images: int = 0, **fields: Any) -> None:
        self.tenants.put_item(Item={"tenant": name, "bucket": f"{name}-images", "enabled": True, **fields})
        self.s3.create_bucket(Bucket=f"{name}-images", CreateBucketConfiguration={"LocationConstraint": REGION})
        for number in range(images):
            self.image(name, f"{number:03}.jpg", b"first")

    def image(self, name: str, id_: str, body: bytes) -> None:
        self.s3.put_object(Bucket=f"{name}-images", Key=f"images/{id_}", Body=body)

    def plan(self, **asked: Any) -> dict[str, Any]:
        self.now += timedelta(minutes=1)
        return plan(PlanRequest(**({"job": JOB, "run": RUN} | asked)), self.deployment, self.now)

    def record(self, planned: dict[str, Any], **told: Any) -> RecordAnswer:
        arrays = [submitted(array, planned) for array in planned["arrays"]]
        self.now += timedelta(minutes=1)
        event = {"job": JOB, "run": planned["run"], "wave": planned["wave"], "arrays": arrays} | told
        return record(RecordRequest.model_validate(event), self.deployment, self.now)

    def manifest(self, wave: int = 1, run: str = RUN) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self.read(RunLayout(JOB, run).manifest(wave)).splitlines()[:-1]]

    def result(self, portion: dict[str, Any], wave: int = 1, run: str = RUN, **said: Any) -> None:
        key = RunLayout(JOB, run).result(portion["portion"])
        self.put(key, orjson.dumps(report(portion, wave) | said))

    def attempt(self, portion: dict[str, Any], wave: int, attempt: int, **said: Any) -> None:
        key = self.layout.attempt(portion["portion"], wave, attempt)
        self.put(key, orjson.dumps(report(portion, wave) | {"attempt": attempt} | said))

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket="backroom-runs", Key=key, Body=body)

    def read(self, key: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket="backroom-runs", Key=key)["Body"].read()
        return body

    def ledger(self, tenant: str) -> list[Any]:
        return [orjson.loads(line) for line in self.read(f"ledger/{JOB}/{tenant}.jsonl").splitlines()]


def submitted(array: dict[str, Any], planned: dict[str, Any]) -> dict[str, Any]:
    """Give an array of the plan as the machine tells of it when it has ended."""
    told = {name: array[name] for name in ("offset", "size", "queue", "memory")}
    stage = planned["stages"][array["stage"]]["name"]
    return told | {"stage": stage, "batch_job_id": "parent", "status": "FAILED"}


def report(portion: dict[str, Any], wave: int) -> dict[str, Any]:
    return {
        "portion": portion["portion"],
        "tenant": portion["tenant"],
        "wave": wave,
        "attempt": 1,
        "batch_job_id": "parent:0",
        "outcome": "succeeded",
        "cause": "ok",
        "message": "",
        "items": {"succeeded": len(portion["items"]), "failed": 0, "skipped": 0},
        "bytes": {"read": 10, "written": 5},
        "seconds": 1.5,
        "failed_items": None,
        "failures": [],
        "started_at": "2026-11-27T03:01:00Z",
        "ended_at": "2026-11-27T03:02:00Z",
    }


def ended(exit_code: int | None, status_reason: str = "", attempts: int = 1, **more: Any) -> dict[str, Any]:
    """Give a failed child as DescribeJobs does."""
    container = {} if exit_code is None else {"exitCode": exit_code}
    tries = [
        {"container": container, "statusReason": status_reason, "startedAt": 1795748400000, "stoppedAt": 1795748460000}
    ]
    return {
        "status": "FAILED",
        "statusReason": status_reason,
        "container": container,
        "attempts": tries * attempts,
        **more,
    }


@cache
def resources() -> dict[str, Any]:
    """Read template.yaml's resources."""
    found: dict[str, Any] = yaml_parse(TEMPLATE.read_text())["Resources"]
    return found


def create_table(dynamodb: Any, name: str) -> Any:
    """Create a table as template.yaml describes it."""
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    described = resources()[name]["Properties"]
    return dynamodb.create_table(TableName=name, **{key: described[key] for key in wanted if key in described})


SETTINGS = Settings("backroom", "backroom-runs", "TenantsTable", "RunsTable", "arn:queue")


def one_at_a_time(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function that threads enter one by one: moto checks a condition and then writes, AWS does both at once."""
    lock = Lock()

    def locked(*told: Any) -> Any:
        with lock:
            return function(*told)

    return locked


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    """The real clients, made once: they take longer to make than a test to run. Each test has moto's services anew."""
    variables = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": REGION}
    variables |= {f"BACKROOM_{name.upper()}": str(value) for name, value in asdict(SETTINGS).items()}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.setattr(BotocoreStubber, "process_request", one_at_a_time(BotocoreStubber.process_request))
        connect.cache_clear()
        yield connect()
        connect.cache_clear()


@pytest.fixture
def world(clients: Clients) -> Iterator[World]:
    with mock_aws():
        dynamodb: Any = clients.dynamodb
        tenants, runs = create_table(dynamodb, "TenantsTable"), create_table(dynamodb, "RunsTable")
        clients.s3.create_bucket(Bucket="backroom-runs", CreateBucketConfiguration={"LocationConstraint": REGION})
        clients.batch.register_job_definition(**DEFINITION)
        batch = EndedBatch(clients.batch)
        ended_batch: Any = batch
        yield World(Deployment.of(SETTINGS, Clients(clients.s3, ended_batch, dynamodb)), batch, tenants, runs)
