"""Finds the array jobs of a wave in Batch by their names, where the state machine cannot tell them any more."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from backroom.recording.request import ArrayResult
from backroom.words import Capacity

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient

_NAME = re.compile(r"(?P<run>.+)-w(?P<wave>\d+)(?:-(?P<stage>[a-z][a-z0-9_]*))?-(?P<offset>\d+)")
"""RUN-wW[-STAGE]-OFFSET (docs/architecture.md, The machine)."""


def submitted(batch: "BatchClient", queues: Mapping[Capacity, str], run: str, wave: int) -> list[ArrayResult]:
    """Give what was submitted of a wave to `queues` (ARNs by short names), as far as Batch remembers, the oldest first.

    Raises botocore's ClientError.
    """
    found: dict[str, tuple[int, ArrayResult]] = {}
    for queue, arn in queues.items():
        for job in _named(batch, arn, f"{run}-w{wave}"):
            name = _NAME.fullmatch(job["jobName"])
            if name and (name["run"], int(name["wave"])) == (run, wave):
                found.setdefault(job["jobId"], (job.get("createdAt", 0), _array(job, name, queue)))
    return [array for _, array in sorted(found.values(), key=lambda dated: dated[0])]


def _named(batch: "BatchClient", queue: str, prefix: str) -> Iterator[Any]:
    filters: Any = [{"name": "JOB_NAME", "values": [f"{prefix}*"]}]
    for page in batch.get_paginator("list_jobs").paginate(jobQueue=queue, filters=filters):
        yield from page["jobSummaryList"]


def _array(job: Any, name: re.Match[str], queue: str) -> ArrayResult:
    return ArrayResult(
        offset=int(name["offset"]),
        size=job.get("arrayProperties", {}).get("size", 1),
        batch_job_id=job["jobId"],
        status=job.get("status"),
        stage=name["stage"] or "",
        queue=queue,
    )
