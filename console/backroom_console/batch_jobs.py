"""The Batch jobs of a run: an array each, or a plain one where an array would have a single child."""

from collections.abc import Iterator
from dataclasses import dataclass

from backroom.recording.batch_names import named, parse_name

from backroom_console.connection import Connection

_ENDED = ("SUCCEEDED", "FAILED")


@dataclass(frozen=True, slots=True)
class BatchJob:
    """A Batch job as ListJobs gives it, and what its name says."""

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
    """Yield the Batch jobs of a run in any state and queue."""
    for queue in connection.outputs.queues:
        for summary in named(connection.batch, queue, f"{run}-w"):
            if name := parse_name(summary["jobName"]):
                yield BatchJob(
                    summary["jobId"],
                    name.wave,
                    name.stage,
                    summary["status"],
                    summary.get("createdAt", 0),
                    "arrayProperties" in summary,
                )
