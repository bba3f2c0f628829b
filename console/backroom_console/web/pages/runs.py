"""Runs: every job with its latest runs and its next one, and all runs by filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from backroom.errors import UnknownJobError
from backroom.records import RunRecord
from backroom.words import RunStatus
from starlette.requests import Request

from backroom_console import jobs
from backroom_console.phrases import span
from backroom_console.reader import Reader
from backroom_console.rows import JobRow
from backroom_console.web.live import Look, Sight
from backroom_console.web.marks import Segment, Tone, mark, segments
from backroom_console.web.page import Asked, Page
from backroom_console.web.schedules import next_start, schedule_in_words
from backroom_console.web.site import Site

_SHOWN, _MOST = 30, 1000
_LOOKED_AT = 5
"""Runs of a job that may change: those that go on are the latest."""
_STRIP = 24
"""Runs of a job in its strip."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A run in its job's strip: its height (0 to 100) is what it took against the longest there."""

    run: str
    status: str
    tone: Tone
    height: float
    took: float


@dataclass(frozen=True, slots=True)
class JobStrip:
    """A job, its latest runs from left to right, and when it runs next."""

    job: str
    bars: Sequence[Bar]
    usual: float | None
    """Seconds that its successful runs take, as a median."""
    next: datetime | None
    schedule: str
    """How it is told of where its next time is not known: its expression, that it is off, or that there is none."""


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the list."""

    run: RunRecord
    took: float
    """Seconds, until now of one that goes on."""
    usual: float | None
    bar: Sequence[Segment]

    @property
    def pace(self) -> str:
        """Say how its time compares with the job's median; empty where that says nothing."""
        if not self.usual or self.took < 1 or not 0.01 < self.took / self.usual < 1000:
            return ""
        share = self.took / self.usual
        return (
            f"{share:.1f} times the usual"
            if share >= 1.2
            else f"{share:.0%} of the usual"
            if share <= 0.8
            else "as usual"
        )


@dataclass(frozen=True, slots=True)
class RunsView:
    """What the page shows."""

    strips: Sequence[JobStrip]
    lines: Sequence[RunLine]
    job: str
    status: str
    limit: int
    more: bool
    """Whether there may be older ones."""
    live: bool
    """Whether any goes on."""
    statuses: Sequence[str] = tuple(str(word) for word in RunStatus)


def build(reader: Reader, asked: Asked) -> Page:
    """Build the page; raises UnknownJobError for a job in the query that is none."""
    rows = _rows(reader, asked.site)
    chosen, limit = asked.query.get("job", ""), asked.whole("limit", _SHOWN, 1, _MOST)
    names = [row.job for row in rows]
    if chosen and chosen not in names:
        raise UnknownJobError(f"there is no job {chosen!r}; there is: {', '.join(names) or 'none'}")
    of_jobs = {name: reader.of_job(name, max(limit, _STRIP)) for name in ([chosen] if chosen else names)}
    asked_for = (chosen, asked.query.get("status", ""), limit)
    parts = {"list": "runs/list.html"}
    return Page(
        "runs/page.html", view([row for row in rows if row.job in of_jobs], of_jobs, asked_for, asked.now), parts=parts
    )


def look(request: Request) -> Look:
    """Look whether the list has changed: at the latest run of each job."""
    site: Site = request.app.state.site

    def looking(reader: Reader) -> Sight:
        latest = (run for row in _rows(reader, site) for run in reader.of_job(row.job, _LOOKED_AT))
        return Sight([(run.run, run.status, run.wave, run.counts) for run in latest])

    return looking


def _rows(reader: Reader, site: Site) -> Sequence[JobRow]:
    return site.jobs.get("", lambda: jobs.rows(reader.connection))


def view(
    rows: Sequence[JobRow], of_jobs: Mapping[str, Sequence[RunRecord]], asked: tuple[str, str, int], now: datetime
) -> RunsView:
    """Make the view of the jobs' latest runs, the newest first; `asked`: job, status and limit."""
    job, status, limit = asked
    usual = {name: usual_seconds(runs) for name, runs in of_jobs.items()}
    newest = sorted((run for runs in of_jobs.values() for run in runs), key=lambda run: run.started_at, reverse=True)
    fitting = [run for run in newest if not status or run.status == status]
    lines = [RunLine(run, took(run, now), usual[run.job], segments(run.counts)) for run in fitting[:limit]]
    strips = [_strip(row, of_jobs[row.job], usual[row.job], now) for row in rows]
    more = len(fitting) > limit or any(len(runs) >= limit for runs in of_jobs.values())
    return RunsView(strips, lines, job, status, limit, more and limit < _MOST, any(run.goes_on for run in newest))


def took(run: RunRecord, now: datetime) -> float:
    """Give the seconds that a run took, or has taken until now."""
    return max(0.0, span(run.started_at, run.ended_at, now).total_seconds())


def usual_seconds(runs: Sequence[RunRecord]) -> float | None:
    """Give what successful runs that had something to do take, as a median; None where there are none."""
    took = [
        span(run.started_at, run.ended_at, run.ended_at).total_seconds()
        for run in runs
        if run.ended_at and run.status is RunStatus.SUCCEEDED and run.portions
    ]
    return median(took) if took else None


def _strip(row: JobRow, runs: Sequence[RunRecord], usual: float | None, now: datetime) -> JobStrip:
    shown = runs[:_STRIP][::-1]
    longest = max((took(run, now) for run in shown), default=0.0) or 1.0
    bars = [_bar(run, took(run, now), longest) for run in shown]
    return JobStrip(row.job, bars, usual, next_start(row, now), schedule_in_words(row))


def _bar(run: RunRecord, seconds: float, longest: float) -> Bar:
    return Bar(run.run, run.status, mark(run.status).tone, round(max(8.0, 100 * seconds / longest), 1), seconds)
