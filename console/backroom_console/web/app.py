"""The console as an ASGI application: its routes, and nothing else. None of them changes anything without a token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from backroom_console.web.guard import Guard
from backroom_console.web.live import streamed
from backroom_console.web.page import Trouble, shown
from backroom_console.web.pages import jobs, portion, portion_cells, queues, run, runs, tenant
from backroom_console.web.pages.actions import action_routes
from backroom_console.web.site import HERE, Site

_THREADS = 8


def create(site: Site) -> Guard:
    """Make the application; the guard is around all of it, so that even an answer to a bug has its headers."""
    application = Starlette(
        routes=[*routes(), *(action_routes() if site.token else ())],
        exception_handlers={404: _missing, 405: _not_allowed, 500: _bug},
        lifespan=_with_few_threads,
    )
    application.state.site = site
    return Guard(application)


@asynccontextmanager
async def _with_few_threads(_application: Starlette) -> AsyncIterator[None]:
    """Read in few threads: each takes a reader of its own, and a person looks at few pages at a time."""
    current_default_thread_limiter().total_tokens = _THREADS
    yield


def routes() -> list[BaseRoute]:
    """Give the routes that only show; Starlette answers HEAD where there is GET, and 405 for the rest."""
    return [
        Route("/", shown(runs.build)),
        Route("/live", streamed(runs.look)),
        Route("/runs/{run}", shown(run.build)),
        Route("/runs/{run}/why", shown(run.build_why)),
        Route("/runs/{run}/machine", shown(run.build_machine)),
        Route("/runs/{run}/live", streamed(run.look)),
        Route("/runs/{run}/cells", portion_cells.cells),
        Route("/runs/{run}/times", portion_cells.times),
        Route("/runs/{run}/portions/{portion:int}", shown(portion.build)),
        Route("/runs/{run}/portions/{portion:int}/why", shown(portion.build_why)),
        Route("/runs/{run}/failed-items/{tenant}", tenant.bad_items),
        Route("/tenants", shown(tenant.build_all)),
        Route("/tenants/{tenant}", shown(tenant.build)),
        Route("/queues", shown(queues.build)),
        Route("/jobs", shown(jobs.build)),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]


def _missing(request: Request, _error: Exception) -> Response:
    return _said(request, Trouble("NotFound", f"there is no page {request.url.path}"), 404)


def _not_allowed(request: Request, _error: Exception) -> Response:
    return _said(request, Trouble("MethodNotAllowed", f"{request.url.path} takes no {request.method}"), 405)


def _bug(request: Request, error: Exception) -> Response:
    text = f"the console itself failed with {type(error).__name__}; what it said is where it was started"
    return _said(request, Trouble("Bug", text), 500)


def _said(request: Request, trouble: Trouble, status: int) -> Response:
    site: Site = request.app.state.site
    return HTMLResponse(site.render("error.html", request, site.now(), trouble, (0, 0)), status)
