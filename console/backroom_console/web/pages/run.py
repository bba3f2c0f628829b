"""Run: one run, with those that it resumes and that resumed it, as one story."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from backroom.errors import ManifestMissingError
from backroom.layout import RunLayout
from backroom.planning.summary import PlanSummary
from backroom.records import RunRecord
from backroom.storage.objects import read_json
from starlette.requests import Request

from backroom_console.follow import in_words
from backroom_console.reader import Reader
from backroom_console.reasons.asking import Asking
from backroom_console.reasons.finding import Finding
from backroom_console.rows import TenantRow
from backroom_console.story import trace
from backroom_console.watching import at_work, look_at
from backroom_console.web.cells import Cells
from backroom_console.web.grouping import Chosen
from backroom_console.web.history import read_visits
from backroom_console.web.live import Look, Sight
from backroom_console.web.machine import Drawing, draw
from backroom_console.web.page import Asked, Page
from backroom_console.web.run_view import Chapter, Known, view, wave_of
from backroom_console.web.site import Site

PARTS = {"live": "run/live.html"}
_MOST_PAGES = 1_000_000


@dataclass(frozen=True, slots=True)
class Why:
    """Why a run is as it is."""

    run: RunRecord
    finding: Finding


@dataclass(frozen=True, slots=True)
class Path:
    """A run's way through the state machine; no drawing where Step Functions has forgotten the execution."""

    run: RunRecord
    drawing: Drawing | None


def build(reader: Reader, asked: Asked) -> Page:
    """Build the page of a run; raises UnknownRunError."""
    run = reader.run(asked.path["run"])
    runs = trace(run, reader.run)
    plan = plan_of(reader, asked, runs[0], 1)
    later = chosen(asked).is_all and not {"part", "whole"} & set(asked.query) and asked.site.portions.takes_long(run)
    cells = {} if later else asked.site.portions.of_story(reader, runs)
    tenants, stages = _tenants(reader, runs[0], plan, cells), plan.stages if plan and len(plan.stages) > 1 else ()
    known = Known(run, _chapters(reader, asked, runs), cells, tenants, stages, _words(reader, asked.site, run), later)
    page, all_tenants = asked.whole("page", 1, 1, _MOST_PAGES), asked.query.get("tenants") == "all"
    return Page("run/page.html", view(known, chosen(asked), page, all_tenants, asked.now), parts=PARTS)


def build_why(reader: Reader, asked: Asked) -> Page:
    """Build the page that says why a run is as it is."""
    run = reader.run(asked.path["run"])
    return Page("run/why.html", Why(run, Asking(reader).of_run(run)), parts={"finding": "finding.html"})


def build_machine(reader: Reader, asked: Asked) -> Page:
    """Build the page of a run's way through the state machine."""
    run = reader.run(asked.path["run"])
    connection = reader.connection
    execution = connection.outputs.execution_of(run)
    parts = {"drawing": "run/drawing.html"}
    if reader.execution(execution) is None:
        return Page("run/machine.html", Path(run, None), parts=parts)
    definition = asked.site.machine(connection)
    visits = read_visits(connection, execution, definition["States"])
    return Page("run/machine.html", Path(run, draw(definition, visits)), parts=parts)


def look(request: Request) -> Look:
    """Look whether a run has changed, by its record and what Batch says of its jobs."""
    site: Site = request.app.state.site

    def looking(reader: Reader) -> Sight:
        run = reader.run(request.path_params["run"])
        return Sight((run.status, run.wave, run.counts, _words(reader, site, run)), run.goes_on)

    return looking


def chosen(asked: Asked) -> Chosen:
    """Read which portions are asked for."""
    return Chosen(*(asked.query.get(name, "") for name in ("state", "tenant", "cause", "signature")))


def _words(reader: Reader, site: Site, run: RunRecord) -> str:
    """Say how a run that goes on stands by Batch, which both the page and its events want to know."""
    if not run.goes_on:
        return ""
    connection = reader.connection
    return site.words.get(run.run, lambda: in_words(look_at(connection, at_work(connection, run.run), run.status)))


def _chapters(reader: Reader, asked: Asked, runs: Sequence[RunRecord]) -> list[Chapter]:
    found = []
    for run in runs:
        plans = (plan_of(reader, asked, run, wave) for wave in range(1, run.wave + 1))
        found.append(Chapter(run, [wave_of(plan) for plan in plans if plan]))
    return found


def plan_of(reader: Reader, asked: Asked, run: RunRecord, wave: int) -> PlanSummary | None:
    """Give a wave's plan, which never changes; None where it is not there, or not any more."""
    key = RunLayout(run.job, run.run).plan(wave)

    def read() -> PlanSummary:
        stored: Any = read_json(reader.connection.s3, reader.connection.outputs.bucket, key)
        if not stored:
            raise ManifestMissingError(f"there is no {key}")
        return PlanSummary.from_json(stored)

    with suppress(ManifestMissingError):
        return asked.site.plans.get((run.run, wave), read)
    return None


def _tenants(reader: Reader, run: RunRecord, plan: PlanSummary | None, cells: Cells) -> list[TenantRow]:
    planned = {tenant.tenant: tenant for tenant in plan.tenants} if plan else {}
    sums = {one.tenant: one for one in reader.connection.runs.tenants(run.run)}
    names = sorted({*planned, *sums, *(cell.tenant for cell in cells.values() if cell.tenant)})
    return [TenantRow.of(name, planned.get(name), sums.get(name)) for name in names]
