"""The Batch jobs of a run: an array each, or a plain one where an array would have a single child; those that plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backroom.recording.batch_names import named, parse_name, planned_wave

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
    plans: bool = False
    """Whether it plans the wave."""

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.status not in _ENDED


def of_run(connection: Connection, run: str) -> Iterator[BatchJob]:
    """Yield the Batch jobs of a run in any state and queue."""
    for queue in connection.outputs.queues:
        for summary in named(connection.batch, queue, f"{run}-w"):
            name, wave = parse_name(summary["jobName"]), planned_wave(summary["jobName"])
            if name:
                yield _job(summary, name.wave, name.stage)
            elif wave is not None:
                yield _job(summary, wave, plans=True)


def _job(summary: Mapping[str, Any], wave: int, stage: str = "", plans: bool = False) -> BatchJob:
    created, is_array = summary.get("createdAt", 0), "arrayProperties" in summary
    return BatchJob(summary["jobId"], wave, stage, summary["status"], created, is_array, plans)
