"""A stage for the machine: the project's own template with four test jobs, on a twin of its own."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
from backroom.records import PortionRecord, RunRecord
from backroom.runs import RunsTable
from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin

from tests.job_rows import with_job, with_stage

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
GLUE_JOB, SENDER = "backroom-after", "runs@backroom.example"
TEST = {"PortionItems": '"1"', "TimeoutSeconds": "300", "Overlap": "allow", "BackoffSeconds": '"1"'}
DEAR = {"Budget": '"0.01"', "BudgetAction": "ask"}
PROBE = {**TEST, **DEAR, "MemoryMib": '"256"', "Attempts": "2", "Waves": '"2"'}
SWARM = {**TEST, "MemoryMib": '"16"', "Attempts": "1", "Waves": '"1"'}
RELAY = {**TEST, "MemoryMib": '"256"', "MemoryCapMib": '"512"', "Attempts": "1", "Waves": '"3"'}
RELAY |= {"Stages": "fetch; images after fetch each; index after images all", "Mail": '"true"', "GlueJob": GLUE_JOB}
CHOIR = {**TEST, "PortionItems": '"100"', "MemoryMib": '"256"', "Attempts": "2", "Waves": '"2"', "Nodes": '"3"'}
PONDER = {**PROBE, "Image": "ProbeImage", "Vcpus": '"1"', "Planner": "batch"}
LATER = {"Image": "RelayImage", "Vcpus": '"1"', "MemoryMib": '"256"', "Attempts": "1", "TimeoutSeconds": "300"}


def project(folder: Path) -> Path:
    """Make a project in `folder` that differs from this one by its table of jobs only; gives its template."""
    for name in ("layers", "functions", "statemachine", "containers", "samconfig.toml"):
        (folder / name).symlink_to(ROOT / name)
    text = with_job((ROOT / "template.yaml").read_text(), "Probe", "probe", PROBE)
    template = folder / "template.yaml"
    text = with_job(with_job(text, "Swarm", "swarm", SWARM), "Relay", "relay", RELAY)
    text = with_job(text, "Choir", "choir", CHOIR)
    text = with_stage(text, "Ponder", "ponder", PONDER)
    text = with_stage(text, "RelayImages", "relay-images", LATER)
    template.write_text(with_stage(text, "RelayIndex", "relay-index", LATER))
    return template


@dataclass(frozen=True)
class Ended:
    """A run that has ended: its id, how its execution ended, and what was recorded of it."""

    run: str
    status: str
    output: Mapping[str, Any]
    error: str
    cause: str
    record: RunRecord | None
    _runs: RunsTable

    @cached_property
    def portions(self) -> list[PortionRecord]:
        """What the table says of its portions."""
        return list(self._runs.portions(self.run))


@dataclass
class Stage:
    """A twin with the test jobs, and short words for what the tests do with it."""

    twin: Twin
    template: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    @contextmanager
    def set_up(cls, folder: Path, **settings: Any) -> "Iterator[Stage]":
        """Start a twin of the project with the test jobs; it ends with the context."""
        (folder / "project").mkdir()
        template = project(folder / "project")
        keys = ("Probe", "Swarm", "Relay", "Choir")
        images = {f"{key}Image": f"backroom/{key.lower()}@sha256:{'0' * 64}" for key in keys}
        chosen = TwinSettings(
            template=template,
            state_dir=folder / "state",
            parameters=images | {"MailSender": SENDER} | settings.pop("parameters", {}),
            container_folders=(HERE / "containers",),
            python_path=(HERE / "planners_path",),
            keep=False,
            **settings,
        )
        with Twin.started(chosen) as twin:
            yield cls(twin, template)

    @cached_property
    def tables(self) -> Any:
        """DynamoDB's resource of the twin."""
        variables = self.twin.environment
        return boto3.resource(
            "dynamodb",
            endpoint_url=self.twin.endpoint_url,
            region_name=variables["AWS_REGION"],
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        )

    @cached_property
    def runs(self) -> RunsTable:
        """The table of the runs."""
        return RunsTable(self.tables.Table(self.twin.outputs["RunsTableName"]))

    def run_id(self, job: str = "probe") -> str:
        """Give an id that no run had yet."""
        return f"{job}-20261127T030000Z-{next(self._numbers):04x}"

    def tenant(self, name: str | None = None, **changes: Any) -> str:
        """Enter a tenant with an empty bucket; gives its id."""
        tenant = name or f"t-{next(self._numbers)}"
        bucket = f"backroom-{tenant}"
        record = {"tenant": tenant, "name": tenant, "bucket": bucket, "enabled": True, **changes}
        s3 = self.twin.client("s3")
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        self.tables.Table(self.twin.outputs["TenantsTableName"]).put_item(Item=record)
        return tenant

    def start(self, job: str, **given: Any) -> tuple[str, str]:
        """Start a run; gives its id and its execution."""
        run = self.run_id(job)
        return run, self.twin.start(self.twin.outputs["RunJobArn"], {"job": job, **given}, name=run)

    def finish(self, run: str, execution: str, timeout: float = 120.0) -> Ended:
        """Wait for the end of a run."""
        found = self.twin.wait(execution, timeout)
        known = [record for record in self.runs.latest(run.partition("-2026")[0], 100) if record.run == run]
        record = known[0] if known else None
        output = found.get("output") or {}
        return Ended(run, found["status"], output, found.get("error", ""), found.get("cause", ""), record, self.runs)

    def run(self, job: str = "probe", timeout: float = 120.0, **given: Any) -> Ended:
        """Run a job to its end."""
        return self.finish(*self.start(job, **given), timeout)

    def batch_jobs(self, run: str) -> list[dict[str, Any]]:
        """Give the Batch jobs that a run submitted, whatever became of them, sorted by name."""
        batch = self.twin.client("batch")
        filters = [{"name": "JOB_NAME", "values": [f"{run}*"]}]
        queues = [self.twin.outputs[name] for name in ("SpotQueueName", "OnDemandQueueName", "MultiNodeQueueArn")]
        found = [job for queue in queues for job in batch.list_jobs(jobQueue=queue, filters=filters)["jobSummaryList"]]
        ids = [job["jobId"] for job in found]
        jobs: list[dict[str, Any]] = batch.describe_jobs(jobs=ids)["jobs"] if ids else []
        return sorted(jobs, key=lambda job: str(job["jobName"]))

    @contextmanager
    def silenced(self, *rules: str) -> Iterator[None]:
        """Have the events of rules lost."""
        events = self.twin.client("events")
        for rule in rules:
            events.disable_rule(Name=rule)
        try:
            yield
        finally:
            for rule in rules:
                events.enable_rule(Name=rule)

    def fault(self, **fault: Any) -> None:
        """Make something go wrong in the simulator of Batch."""
        body = json.dumps(fault).encode()
        request = Request(f"{self.twin.endpoint_url}/_twin/batch/faults", body, {"Content-Type": "application/json"})  # noqa: S310
        with urlopen(request) as answer:  # noqa: S310 - the twin's own address
            answer.read()
