"""The names of Batch jobs, RUN-wW[-STAGE]-OFFSET, of one that plans RUN-wW-plan, and finding jobs by them.

The machine makes the same names (docs/architecture.md, The machine).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backroom.planning.request import RUN_ID

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient

_NAME = re.compile(rf"(?P<run>{RUN_ID})-w(?P<wave>\d+)(?:-(?P<stage>[a-z][a-z0-9_]*))?-(?P<offset>\d+)")

_PLANNING = re.compile(rf"(?P<run>{RUN_ID})-w(?P<wave>\d+)-plan")


@dataclass(frozen=True, slots=True)
class BatchName:
    """What the name of a Batch job says: whose it is, and where its first portion lies in the wave's index."""

    run: str
    wave: int
    stage: str
    """Empty where the job has but one."""
    offset: int

    @property
    def job(self) -> str:
        """The run's job, which has no hyphen in its name."""
        return self.run.partition("-")[0]


def parse_name(text: str) -> BatchName | None:
    """Read the name of a Batch job that works portions; None if it is none of a run's. Pure."""
    found = _NAME.fullmatch(text)
    return found and BatchName(found["run"], int(found["wave"]), found["stage"] or "", int(found["offset"]))


def planning_name(run: str, wave: int) -> str:
    """Give the name of the Batch job that plans a wave. Pure."""
    return f"{run}-w{wave}-plan"


def planned_wave(text: str) -> int | None:
    """Give the wave that a Batch job of this name plans; None if it plans none. Pure."""
    found = _PLANNING.fullmatch(text)
    return found and int(found["wave"])


def named(batch: "BatchClient", queue: str, beginning: str) -> Iterator[Any]:
    """Yield what ListJobs gives of a queue's Batch jobs whose names begin so: of every status, but no children.

    Raises botocore's ClientError.
    """
    filters: Any = [{"name": "JOB_NAME", "values": [f"{beginning}*"]}]
    for page in batch.get_paginator("list_jobs").paginate(jobQueue=queue, filters=filters):
        yield from page["jobSummaryList"]
