"""What a job's portions took in a former run: each one's planned weight, and the seconds that its container ran."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from backroom.errors import ManifestMissingError
from backroom.layout import RunLayout
from backroom.manifest.index import Entry
from backroom.manifest.reader import ManifestReader
from backroom.recording.batch_jobs import described
from backroom.records import PortionRecord, RunRecord
from backroom.words import Outcome
from backroom_local.forecast.durations import History, Observed

from backroom_console.connection import Connection

MOST_PORTIONS = 200
"""Of a run that are looked at, evenly chosen."""
RUNS_BACK = 20


def history(connection: Connection, job: str) -> History | None:
    """Learn from the latest run of the job that tells anything; None when there is none.

    Raises ManifestCorruptError, ClientError.
    """
    for run in connection.runs.latest(job, RUNS_BACK):
        # A run's files go earlier than its record.
        with suppress(ManifestMissingError):
            if run.ended_at is not None and run.portions and (observed := _observed(connection, run)):
                return History.of(observed, run.run)
    return None


def _observed(connection: Connection, run: RunRecord) -> list[Observed]:
    reader = ManifestReader(connection.s3, connection.outputs.bucket, RunLayout(run.job, run.run), 1)
    weights = {one.portion: one.weight for one in reader.portions_at(_chosen(reader.entries))}
    portions = [record for number in weights if (record := connection.runs.portion(run.run, number))]
    # One attempt that did everything: what several took together says how unlucky they were.
    whole = [one for one in portions if one.outcome is Outcome.SUCCEEDED and len(one.attempts) == 1]
    took = _container_seconds(connection.batch, whole)
    return [Observed(weights[one.portion], took.get(one.portion, one.seconds)) for one in whole]


def _chosen(entries: Sequence[Entry]) -> list[Entry]:
    step = max(1, -(-len(entries) // MOST_PORTIONS))
    return sorted(entries[::step])


def _container_seconds(batch: Any, portions: Sequence[PortionRecord]) -> dict[int, float]:
    """Ask Batch how long containers ran, their start included; it forgets jobs some days after their end."""
    numbers = {one.attempts[0].batch_job_id: one.portion for one in portions if one.attempts[0].batch_job_id}
    return {
        numbers[job["jobId"]]: (job["stoppedAt"] - job["startedAt"]) / 1000
        for job in described(batch, numbers)
        if "startedAt" in job and "stoppedAt" in job
    }
