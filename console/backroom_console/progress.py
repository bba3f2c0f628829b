"""Watches a run: how many portions stand where, until its execution has ended."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backroom_console.runs import Started
from backroom_console.site import Site

_ORDER = ("SUCCEEDED", "FAILED", "RUNNING", "STARTING", "RUNNABLE", "PENDING", "SUBMITTED")
_WORDS = {
    "SUCCEEDED": "done",
    "FAILED": "failed",
    "RUNNING": "running",
    "STARTING": "starting",
    "RUNNABLE": "waiting for capacity",
    "PENDING": "waiting for others",
    "SUBMITTED": "submitted",
}
_ENDED = 2


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How a run stands: the status of its execution, and its containers by Batch's status."""

    status: str
    containers: Mapping[str, int]

    @property
    def total(self) -> int:
        """All containers that were submitted so far, of all waves."""
        return sum(self.containers.values())

    @property
    def ended(self) -> int:
        """Those that have ended."""
        return sum(self.containers.get(status, 0) for status in _ORDER[:_ENDED])

    @property
    def over(self) -> bool:
        """Whether the execution has ended."""
        return self.status != "RUNNING"

    def __str__(self) -> str:
        """Say it in words."""
        said = [f"{self.containers[status]:,} {_WORDS[status]}" for status in _ORDER if self.containers.get(status)]
        return ", ".join(said) or "planning"


def watch(site: Site, started: Started) -> Iterator[Snapshot]:
    """Yield how a run stands, again and again, the last time when its execution has ended."""
    machine, batch = site.client("stepfunctions"), site.client("batch")
    interval = 0.3 if site.endpoint else 3.0
    while True:
        status = machine.describe_execution(executionArn=started.execution_arn)["status"]
        snapshot = Snapshot(status, _containers(batch, site.outputs["SpotQueueName"], started.run))
        yield snapshot
        if snapshot.over:
            return
        time.sleep(interval)


def _containers(batch: Any, queue: str, run: str) -> Counter[str]:
    """Count a run's containers by status. Asked by name, ListJobs gives jobs of every status."""
    named = [{"name": "JOB_NAME", "values": [f"{run}-*"]}]
    pages = batch.get_paginator("list_jobs").paginate(jobQueue=queue, filters=named)
    ids = [job["jobId"] for page in pages for job in page["jobSummaryList"]]
    counts: Counter[str] = Counter()
    for start in range(0, len(ids), 100):
        for job in batch.describe_jobs(jobs=ids[start : start + 100])["jobs"]:
            counts.update(_counted(job))
    return counts


def _counted(job: Mapping[str, Any]) -> Mapping[str, int]:
    array = job.get("arrayProperties", {})
    return array.get("statusSummary", {}) if array.get("size") else {job["status"]: 1}
