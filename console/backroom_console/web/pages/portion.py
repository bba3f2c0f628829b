"""Portion: one portion with its attempts, its items and what its containers wrote."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from backroom.errors import ManifestMissingError
from backroom.layout import RunLayout
from backroom.manifest.portion import Portion
from backroom.manifest.reader import ManifestReader
from backroom.recording.checkpoints import Checkpoints, Saved
from backroom.records import PortionRecord, RunRecord

from backroom_console.connection import Connection
from backroom_console.errors import UnknownPortionError
from backroom_console.log_lines import LogLine
from backroom_console.logs import RunLog
from backroom_console.reader import Reader
from backroom_console.reasons.asking import Asking
from backroom_console.reasons.finding import Finding
from backroom_console.story import trace
from backroom_console.web.aws_links import AwsLinks
from backroom_console.web.page import Asked, Page
from backroom_console.web.portion_view import PAGE, Attempt, PortionKnown, PortionView, attempts_of, items_of, view

PARTS = {"log": "portion/log.html", "attempts": "portion/attempts.html"}
_TAIL = 200
"""Lines of a log."""
_MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class WhyPortion:
    """Why a portion is as it is."""

    run: RunRecord
    number: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Shown:
    """The view, and where AWS shows more; None on a twin."""

    portion: PortionView
    links: AwsLinks | None
    execution: str


def build(reader: Reader, asked: Asked) -> Page:
    """Build the page of a portion; raises UnknownRunError, UnknownPortionError."""
    known = _known(reader, asked.path["run"], asked.path["portion"])
    attempts = attempts_of(known)
    chosen = asked.whole("attempt", len(attempts), 1, max(1, len(attempts))) - 1
    pages = max(1, -(-len(items_of(known.planned, known.saved)) // PAGE))
    lines = _lines(reader.connection, known, attempts[chosen] if attempts else None)
    made = view(known, attempts, (chosen, asked.whole("page", 1, 1, pages)), lines)
    return Page("portion/page.html", _shown(reader.connection, known.run, made), parts=PARTS)


def build_why(reader: Reader, asked: Asked) -> Page:
    """Build the page that says why a portion is as it is; raises as `build` does."""
    run, number = reader.run(asked.path["run"]), asked.path["portion"]
    why = WhyPortion(run, number, Asking(reader).of_portion(run, number))
    return Page("portion/why.html", why, parts={"finding": "finding.html"})


def _shown(connection: Connection, run: RunRecord, made: PortionView) -> Shown:
    region = connection.session.region_name
    links = None if connection.target.is_twin or not region else AwsLinks(region)
    return Shown(made, links, connection.outputs.execution_of(run))


def _known(reader: Reader, name: str, number: int) -> PortionKnown:
    run = reader.run(name)
    runs = trace(run, reader.run)
    records = {one.run: record for one in runs if (record := reader.connection.runs.portion(one.run, number))}
    live = reader.connection.live.one(run.run, number) if run.goes_on else None
    planned = _planned(reader.connection, runs, records, number)
    if not (records or live or planned):
        raise UnknownPortionError(f"run {run.run} has no portion {number}: `backroom portions {run.run}` lists them")
    return PortionKnown(run, number, records, live, planned, _saved(reader.connection, runs, records, number))


def _planned(
    connection: Connection, runs: list[RunRecord], records: Mapping[str, PortionRecord], number: int
) -> Portion | None:
    """Give the portion's line in the manifest of the wave that had it last; None where that is gone."""
    for run in reversed(runs):
        waves = [records[run.run].wave] if run.run in records else [*range(run.wave, 0, -1)]
        for wave in waves:
            if found := _line(connection, run, wave, number):
                return found
    return None


def _line(connection: Connection, run: RunRecord, wave: int, number: int) -> Portion | None:
    with suppress(ManifestMissingError):
        reader = ManifestReader(connection.s3, connection.outputs.bucket, RunLayout(run.job, run.run), wave)
        entries = [entry for entry in reader.entries if entry.portion == number]
        return next(reader.portions_at(entries[:1]), None)
    return None


def _saved(
    connection: Connection, runs: list[RunRecord], records: Mapping[str, PortionRecord], number: int
) -> Saved | None:
    """Give the latest checkpoint of a portion, at the stage where it stands."""
    for run in reversed(runs):
        stage = records[run.run].stage if run.run in records else ""
        layout = RunLayout(run.job, run.run, stage)
        if found := Checkpoints(connection.s3, connection.outputs.bucket, layout).read(number):
            return found
    return None


def _lines(connection: Connection, known: PortionKnown, attempt: Attempt | None) -> list[LogLine]:
    """Give the end of what an attempt wrote; without its stream, of what names the portion."""
    if attempt is None:
        return []
    log = RunLog(connection, known.run, known.number)
    if attempt.log_stream:
        return log.tail(attempt.log_group, attempt.log_stream, _TAIL)
    return list(log.by_run())[-_TAIL:]
