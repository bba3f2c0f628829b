"""Finds the array jobs of a wave in Batch by their names, where the state machine cannot tell them any more."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from backroom.recording.batch_names import BatchName, named, parse_name
from backroom.recording.request import ArrayResult
from backroom.words import Capacity

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient


def submitted(batch: "BatchClient", queues: Mapping[Capacity, str], run: str, wave: int) -> list[ArrayResult]:
    """Give what was submitted of a wave to `queues` (ARNs by short names), as far as Batch remembers, the oldest first.

    Raises botocore's ClientError.
    """
    found: dict[str, tuple[int, ArrayResult]] = {}
    for queue, arn in queues.items():
        for job in named(batch, arn, f"{run}-w{wave}"):
            name = parse_name(job["jobName"])
            if name and (name.run, name.wave) == (run, wave):
                found.setdefault(job["jobId"], (job.get("createdAt", 0), _array(job, name, queue)))
    return [array for _, array in sorted(found.values(), key=lambda dated: dated[0])]


def _array(job: Any, name: BatchName, queue: str) -> ArrayResult:
    return ArrayResult(
        offset=name.offset,
        size=job.get("arrayProperties", {}).get("size", 1),
        batch_job_id=job["jobId"],
        status=job.get("status"),
        stage=name.stage,
        queue=queue,
    )
