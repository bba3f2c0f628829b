"""Actions: a page that asks first, and what is done when the answer is yes. Only where the console may change things.

A form brings back the token that only pages of this console know, so that no other site's page can send it (OWASP,
CSRF: synchronizer token).
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from backroom_console.errors import EXPECTED
from backroom_console.reader import Reader
from backroom_console.starting import Request as RunRequest
from backroom_console.web.changing import Change, cancelling, resuming, starting
from backroom_console.web.page import Asked, Page, Trouble, shown, trouble
from backroom_console.web.site import Site

_MOST_BYTES = 64 * 1024
"""Of a form."""
Fields = Mapping[str, list[str]]
Prepare = Callable[[Reader, Mapping[str, str], Fields], Change]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the page that asks shows."""

    title: str
    sentences: tuple[str, ...]
    command: str
    fields: Fields
    """What the form sends besides the token."""
    job: str
    """Of a run that is to be started: its tenants may be chosen; else empty."""


def action_routes() -> list[BaseRoute]:
    """Give the routes that change something, and those that ask before."""
    return [
        *_asked_and_done("/runs/{run}/resume", lambda reader, path, _: resuming(reader, path["run"])),
        *_asked_and_done("/runs/{run}/cancel", lambda reader, path, _: cancelling(reader, path["run"])),
        *_asked_and_done("/jobs/{job}/run", _starting),
    ]


def _starting(reader: Reader, path: Mapping[str, str], fields: Fields) -> Change:
    words = " ".join(fields.get("tenants", [])).replace(",", " ").split()
    return starting(reader, RunRequest(path["job"], tuple(dict.fromkeys(words))))


def _asked_and_done(path: str, prepare: Prepare) -> list[BaseRoute]:
    def build(reader: Reader, asked: Asked) -> Page:
        fields = {"tenants": [asked.query["tenants"]]} if asked.query.get("tenants") else {}
        change = prepare(reader, asked.path, fields)
        view = Confirmation(change.title, change.sentences, change.command, fields, asked.path.get("job", ""))
        return Page("actions/confirm.html", view)

    async def act(request: Request) -> Response:
        fields = await _form(request)
        site: Site = request.app.state.site
        if fields is None or not _is_ours(site, fields):
            return _refused(request, site)
        return await run_in_threadpool(_done, request, site, prepare, fields)

    return [Route(path, shown(build), methods=["GET"]), Route(path, act, methods=["POST"])]


def _done(request: Request, site: Site, prepare: Prepare, fields: Fields) -> Response:
    try:
        with site.readers.borrowed() as lent:
            run = prepare(lent.reader, request.path_params, fields).do()
    except EXPECTED as error:
        page = trouble(error)
        return HTMLResponse(site.render(page.template, request, site.now(), page.view, (0, 0)), page.status)
    return RedirectResponse(f"/runs/{run}", HTTPStatus.SEE_OTHER)


async def _form(request: Request) -> Fields | None:
    """Read a form; None of one that is longer than ours are, or no form."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            return None
    return parse_qs(body.decode(errors="replace"))


def _is_ours(site: Site, fields: Fields) -> bool:
    given = fields.get("token", [])
    return site.token is not None and len(given) == 1 and secrets.compare_digest(given[0].encode(), site.token.encode())


def _refused(request: Request, site: Site) -> Response:
    said = Trouble(
        "WrongToken", "this form is none of this console's: it was started anew since; go back, reload, try again"
    )
    return HTMLResponse(site.render("error.html", request, site.now(), said, (0, 0)), HTTPStatus.FORBIDDEN)
