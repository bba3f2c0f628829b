"""What is in a queue: its Batch jobs that have not ended, summed by run."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backroom.recording.batch_jobs import described
from backroom.recording.batch_names import parse_name

from backroom_console.connection import Connection
from backroom_console.watching import children_of
from backroom_console.web.marks import Segment, segments

_LIVE = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
_RUNNING = ("STARTING", "RUNNING")
_WAITING = ("SUBMITTED", "PENDING", "RUNNABLE")


@dataclass(frozen=True, slots=True)
class Load:
    """What one run, or something else that is no run of ours, has in a queue."""

    run: str
    """Empty: it is no run's."""
    name: str
    running: int
    waiting: int

    @property
    def bar(self) -> list[Segment]:
        """Draw it."""
        return segments({"running": self.running, "waiting": self.waiting})


@dataclass(frozen=True, slots=True)
class Front:
    """A Batch job at the front of a queue."""

    name: str
    run: str
    since: datetime | None


def read_load(connection: Connection, queue: str) -> list[Load]:
    """Give who has Batch jobs in a queue (its ARN) that have not ended, who has most first; raises ClientError.

    Of each state the first page that Batch gives: of more than a thousand Batch jobs that each are an array the rest is
    not counted.
    """
    jobs = [
        job
        for state in _LIVE
        for job in connection.batch.list_jobs(jobQueue=queue, jobStatus=state).get("jobSummaryList", [])
    ]
    arrays = [job["jobId"] for job in jobs if "arrayProperties" in job]
    summaries = {array["jobId"]: children_of(array["arrayProperties"]) for array in described(connection.batch, arrays)}
    return loads(jobs, summaries)


def read_front(connection: Connection, arns: Sequence[str]) -> list[Front]:
    """Name the Batch jobs at the front of a queue by their ARNs, in their order; raises ClientError."""
    ids = [arn.rpartition("/")[2] for arn in arns]
    known = {job["jobId"]: job for job in described(connection.batch, ids)}
    return [_front(known[one]) for one in ids if one in known]


def loads(jobs: Iterable[Mapping[str, Any]], summaries: Mapping[str, Mapping[str, int]]) -> list[Load]:
    """Sum jobs by run, those of arrays by their children's states. Pure."""
    counts: dict[str, Counter[str]] = {}
    runs: dict[str, str] = {}
    for job in jobs:
        name = parse_name(job["jobName"])
        owner = name.run if name else job["jobName"]
        runs[owner] = name.run if name else ""
        counts.setdefault(owner, Counter()).update(summaries.get(job["jobId"], {job["status"]: 1}))
    made = (Load(runs[owner], owner, _sum(of, _RUNNING), _sum(of, _WAITING)) for owner, of in counts.items())
    return sorted(made, key=lambda load: (-load.running - load.waiting, load.name))


def _sum(counts: Counter[str], states: Sequence[str]) -> int:
    return sum(counts[state] for state in states)


def _front(job: Mapping[str, Any]) -> Front:
    name, created = parse_name(job["jobName"]), job.get("createdAt")
    return Front(
        job["jobName"], name.run if name else "", datetime.fromtimestamp(created / 1000, UTC) if created else None
    )
