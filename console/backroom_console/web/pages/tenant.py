"""Tenants: all of them, one with its jobs, and the items that failed as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from backroom.errors import InvalidTenantError, UnknownTenantError
from backroom.planning.summary import TenantPlan
from backroom.records import RunRecord, TenantSums
from backroom.tenants import BrokenTenant, Tenant
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from backroom_console import jobs
from backroom_console.errors import EXPECTED, explained
from backroom_console.reader import Reader
from backroom_console.rows import FailedItem
from backroom_console.web.bad_items import as_csv, read_bad_items
from backroom_console.web.page import Asked, Page
from backroom_console.web.pages.run import plan_of
from backroom_console.web.site import Site
from backroom_console.web.tenant_view import RUNS, JobKnown, TenantView, job_of

_BAD = 20
"""Items that failed that are named."""


@dataclass(frozen=True, slots=True)
class TenantsView:
    """All tenants."""

    tenants: Sequence[Tenant | BrokenTenant]


def build_all(reader: Reader, _asked: Asked) -> Page:
    """Build the list of tenants."""
    return Page("tenants/list.html", TenantsView(reader.connection.tenants.all()))


def build(reader: Reader, asked: Asked) -> Page:
    """Build the page of a tenant; raises UnknownTenantError for one that neither has a record nor was in any run."""
    name, begin = asked.path["tenant"], _month(asked.now)
    names = [row.job for row in asked.site.jobs.get("", lambda: jobs.rows(reader.connection))]
    runs = {job: reader.of_job(job, RUNS) for job in names}
    months = {job: _since(reader, job, runs[job], begin, asked.now) for job in names}
    wanted = {run.run: None for of in (runs, months) for found in of.values() for run in found}
    sums = reader.connection.tenant_sums(name, list(wanted))
    record = _record(reader, name, bool(sums))
    known = [_known(reader, asked, name, (job, runs[job], months[job]), sums) for job in names]
    view = TenantView(record, name, [job_of(one, sums) for one in known], f"{asked.now:%B %Y}")
    return Page("tenants/page.html", view)


def bad_items(request: Request) -> Response:
    """Give the items of a tenant that failed in a run as CSV."""
    site: Site = request.app.state.site
    tenant = request.path_params["tenant"]
    try:
        with site.readers.borrowed() as lent:
            run = lent.reader.run(request.path_params["run"])
    except EXPECTED as error:
        return PlainTextResponse(f"{explained(error).message}\n", 404)
    named = {"Content-Disposition": f'attachment; filename="failed-items-{run.run}.csv"'}
    return StreamingResponse(_streamed(site, run, tenant), media_type="text/csv; charset=utf-8", headers=named)


def _streamed(site: Site, run: RunRecord, tenant: str) -> Iterator[str]:
    with site.readers.borrowed() as lent:
        yield from as_csv(read_bad_items(lent.reader, run, tenant))


def _month(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _since(
    reader: Reader, job: str, latest: Sequence[RunRecord], begin: datetime, now: datetime
) -> Sequence[RunRecord]:
    """Give a job's runs since `begin`: among the latest ones, unless there were more."""
    if len(latest) < RUNS or latest[-1].started_at < begin:
        return [run for run in latest if run.started_at >= begin]
    return list(reader.connection.runs.between(job, begin, now))


def _record(reader: Reader, name: str, has_runs: bool) -> Tenant | BrokenTenant | None:
    try:
        return reader.connection.tenants.get(name)
    except InvalidTenantError as error:
        return BrokenTenant(name, str(error))
    except UnknownTenantError:
        if has_runs:
            return None
        raise


def _known(
    reader: Reader,
    asked: Asked,
    tenant: str,
    job: tuple[str, Sequence[RunRecord], Sequence[RunRecord]],
    sums: dict[str, TenantSums],
) -> JobKnown:
    name, runs, this_month = job
    ill = next((run for run in runs if run.run in sums and sums[run.run].items.failed), None)
    bad = list(islice(read_bad_items(reader, ill, tenant), _BAD)) if ill else list[FailedItem]()
    latest = _latest_plan(reader, asked, tenant, runs)
    return JobKnown(name, runs, this_month, latest, bad, ill.run if ill else "")


def _latest_plan(reader: Reader, asked: Asked, tenant: str, runs: Sequence[RunRecord]) -> TenantPlan | None:
    """Give what the job's latest run that was planned and was no resume had planned for the tenant."""
    latest = next((run for run in runs if run.manifest and not run.resumes), None)
    plan = plan_of(reader, asked, latest, 1) if latest else None
    return next((one for one in plan.tenants if one.tenant == tenant), None) if plan else None
