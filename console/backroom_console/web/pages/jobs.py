"""Jobs: the table of jobs as it is deployed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backroom_console import jobs
from backroom_console.reader import Reader
from backroom_console.rows import JobRow
from backroom_console.web.page import Asked, Page
from backroom_console.web.schedules import next_start, schedule_in_words


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job, and when it runs next."""

    row: JobRow
    next: datetime | None
    schedule: str


@dataclass(frozen=True, slots=True)
class JobsView:
    """What the page shows."""

    lines: Sequence[JobLine]


def build(reader: Reader, asked: Asked) -> Page:
    """Build the page."""
    rows = asked.site.jobs.get("", lambda: jobs.rows(reader.connection))
    return Page("jobs/page.html", view(rows, asked.now))


def view(rows: Sequence[JobRow], now: datetime) -> JobsView:
    """Make the view."""
    return JobsView([JobLine(row, next_start(row, now), schedule_in_words(row)) for row in rows])
