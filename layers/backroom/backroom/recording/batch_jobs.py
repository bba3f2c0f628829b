"""What Batch knows of a wave's containers that left no result. It forgets after about a week."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from backroom.recording.batch_nodes import with_nodes
from backroom.recording.classify import Ending, classify, describe
from backroom.recording.request import ArrayResult
from backroom.records import AttemptRecord

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient
    from types_boto3_batch.type_defs import JobDetailTypeDef

DESCRIBED_AT_ONCE = 100
"""DescribeJobs takes no more ids."""
RANK = 6
"""How much the recorder knows of an attempt: all that is to be known (AttemptRecord.rank)."""
_ENDED = ("FAILED", "SUCCEEDED")
_LIVE = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")


@dataclass(frozen=True, slots=True)
class Trace:
    """What Batch says of one container: its job's status (FAILED, RUNNING, ...) and the ends of its attempts."""

    status: str
    attempts: tuple[AttemptRecord, ...]
    ending: Ending
    """How the job ended, even if no attempt was made."""


def traces(batch: "BatchClient", array: ArrayResult, wave: int, wanted: set[int]) -> dict[int, Trace]:
    """Find what Batch knows of the entries `wanted` of the index, all within `array`; the unknown are left out.

    Raises botocore's ClientError.
    """
    if array.batch_job_id is None or not wanted:
        return {}
    ids = dict(_child_ids(batch, array, wanted))
    details = with_nodes(partial(described, batch), described(batch, ids.values()))
    return {position: _trace(*details[child], wave) for position, child in ids.items() if child in details}


def _child_ids(batch: "BatchClient", array: ArrayResult, wanted: set[int]) -> Iterator[tuple[int, str]]:
    if array.size == 1:
        yield array.offset, str(array.batch_job_id)
        return
    missing = set(wanted)
    # Asked without a status, ListJobs gives only those that run. Most of what is sought has failed: so that comes
    # first.
    for status in _ENDED + _LIVE:
        if not missing:
            return
        for child in _children(batch, str(array.batch_job_id), status):
            position = array.offset + child["arrayProperties"]["index"]
            if position in missing:
                missing.discard(position)
                yield position, child["jobId"]


def _children(batch: "BatchClient", parent: str, status: Any) -> Iterator[Any]:
    for page in batch.get_paginator("list_jobs").paginate(arrayJobId=parent, jobStatus=status):
        yield from page["jobSummaryList"]


def described(batch: "BatchClient", ids: Iterable[str]) -> "Iterator[JobDetailTypeDef]":
    """Yield what DescribeJobs gives of these Batch jobs, as far as Batch remembers. Raises botocore's ClientError."""
    stream = iter(ids)
    while some := list(islice(stream, DESCRIBED_AT_ONCE)):
        yield from batch.describe_jobs(jobs=some)["jobs"]


def _trace(job: "JobDetailTypeDef", lost: Mapping[int, str], wave: int) -> Trace:
    """What a Batch job tells; `lost`: of its attempts, by number, which other node lost its host and how."""
    stopped = bool(job.get("isCancelled") or job.get("isTerminated"))
    container: Any = job.get("container", {})
    attempts = job.get("attempts", [])
    last = lost.get(len(attempts), "")
    ending = Ending(container.get("exitCode"), container.get("reason", ""), job.get("statusReason", ""), stopped, last)
    records = [_attempt(job, attempt, number, wave, lost) for number, attempt in enumerate(attempts, 1)]
    return Trace(job["status"], tuple(records), ending)


def _attempt(job: "JobDetailTypeDef", attempt: Any, number: int, wave: int, lost: Mapping[int, str]) -> AttemptRecord:
    container = attempt.get("container", {})
    is_last = number == len(job["attempts"])
    ending = Ending(
        container.get("exitCode"),
        container.get("reason", ""),
        attempt.get("statusReason", ""),
        is_last and bool(job.get("isCancelled") or job.get("isTerminated")),
        lost.get(number, ""),
    )
    return AttemptRecord(
        wave,
        number,
        classify(ending),
        describe(ending),
        ending.exit_code,
        job["jobId"],
        container.get("logStreamName"),
        _time(attempt.get("startedAt")),
        _time(attempt.get("stoppedAt")),
        created_at=_time(job.get("createdAt")),
        reason=ending.reason,
        status_reason=ending.status_reason,
        rank=RANK,
    )


def _time(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
