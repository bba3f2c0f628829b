"""From a request to a page: what a page is asked for, what it gives, and how errors look."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from backroom_console.errors import EXPECTED, explained
from backroom_console.exits import Exit
from backroom_console.reader import Reader
from backroom_console.web.site import Site

_STATUS = {
    Exit.UNKNOWN: HTTPStatus.NOT_FOUND,
    Exit.USAGE: HTTPStatus.BAD_REQUEST,
    Exit.UNREACHABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is asked for."""

    path: Mapping[str, Any]
    query: Mapping[str, str]
    now: datetime
    """In the time zone of whoever runs the console."""
    site: Site

    def whole(self, name: str, usual: int, least: int, most: int) -> int:
        """Give a whole number of the query, the nearest one allowed; what is none counts as `usual`."""
        text = self.query.get(name, "")
        return min(max(int(text), least), most) if text.isascii() and text.isdecimal() else usual


@dataclass(frozen=True, slots=True)
class Page:
    """A template and the view that it shows."""

    template: str
    view: Any
    status: HTTPStatus = HTTPStatus.OK
    parts: Mapping[str, str] = field(default_factory=dict)
    """Templates of parts that may be asked for alone, by `?part=NAME`."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error in words."""

    error: str
    message: str


Build = Callable[[Reader, Asked], Page]
Endpoint = Callable[[Request], Response]


def shown(build: Build) -> Endpoint:
    """Make an endpoint of what builds a page; Starlette calls it in a thread of its own."""

    def endpoint(request: Request) -> Response:
        site: Site = request.app.state.site
        began = time.perf_counter()
        asked = Asked(request.path_params, request.query_params, site.now(), site)
        page, calls, items = _built(build, asked)
        text = site.render(
            _template(page, request.query_params.get("part", "")), request, asked.now, page.view, (calls, items)
        )
        took = (time.perf_counter() - began) * 1000
        timing = f'total;dur={took:.1f}, calls;desc="{calls} calls, {items} items of DynamoDB"'
        return HTMLResponse(text, page.status, {"Server-Timing": timing, "Cache-Control": "no-store"})

    return endpoint


def _template(page: Page, part: str) -> str:
    """Name the template of a page, or of a part of it; trouble with a part is said in the place of the part."""
    return "trouble.html" if part and isinstance(page.view, Trouble) else page.parts.get(part, page.template)


def _built(build: Build, asked: Asked) -> tuple[Page, int, int]:
    """Give the page, and how many calls and items it took; an expected error is a page too."""
    try:
        with asked.site.readers.borrowed() as lent:
            page = guarded(lambda: build(lent.reader, asked))
            return page, lent.tally.total, lent.tally.items
    except EXPECTED as error:
        return trouble(error), 0, 0


def guarded(build: Callable[[], Page]) -> Page:
    """Give the page, of an expected error the one that says so."""
    try:
        return build()
    except EXPECTED as error:
        return trouble(error)


def trouble(error: Exception) -> Page:
    """Put an expected error on a page."""
    told = explained(error)
    status = _STATUS.get(told.exit_code, HTTPStatus.BAD_GATEWAY)
    return Page("error.html", Trouble(told.error, told.message), status)
