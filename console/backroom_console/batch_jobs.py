"""The Batch jobs of a run: an array each, or a plain one where an array would have a single child."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backroom_console.connection import Connection

_NAME = re.compile(r"-w(?P<wave>\d+)(?:-(?P<stage>[a-z][a-z0-9_]*))?-\d+$")
_ENDED = ("SUCCEEDED", "FAILED")


@dataclass(frozen=True, slots=True)
class BatchJob:
    """A Batch job as ListJobs gives it, and what its name RUN-wWAVE[-STAGE]-OFFSET says."""

    id: str
    wave: int
    stage: str
    status: str
    created_at: int
    """Milliseconds since the epoch."""
    is_array: bool

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.status not in _ENDED


def of_run(connection: Connection, run: str) -> Iterator[BatchJob]:
    """Yield the Batch jobs of a run in any state and queue: with a filter, ListJobs does not look at the state."""
    for queue in connection.outputs.queues:
        pages = connection.batch.get_paginator("list_jobs").paginate(
            jobQueue=queue, filters=[{"name": "JOB_NAME", "values": [f"{run}-w*"]}]
        )
        yield from _read(summary for page in pages for summary in page["jobSummaryList"])


def _read(summaries: Iterable[Mapping[str, Any]]) -> Iterator[BatchJob]:
    for summary in summaries:
        if name := _NAME.search(summary["jobName"]):
            yield BatchJob(
                summary["jobId"],
                int(name["wave"]),
                name["stage"] or "",
                summary["status"],
                summary.get("createdAt", 0),
                "arrayProperties" in summary,
            )
