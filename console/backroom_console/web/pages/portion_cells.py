"""The grid and the timeline of a run as JSON: what scripts draw; the page says the same in words and tables."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from backroom_console.errors import EXPECTED, explained
from backroom_console.reader import Reader
from backroom_console.story import trace
from backroom_console.web.cells import STATES, Cell, Cells
from backroom_console.web.marks import mark
from backroom_console.web.site import Site
from backroom_console.web.timeline import SERIES, timeline

_LETTERS = {state: chr(ord("a") + at) for at, state in enumerate(STATES)}


def cells(request: Request) -> Response:
    """Give the portions of a run's story by tenant: numbers, and a letter each for the state."""
    return _answered(request, grid)


def times(request: Request) -> Response:
    """Give how many containers waited and ran, step by step."""
    now = request.app.state.site.now().timestamp()
    return _answered(request, lambda found: _timeline(found, now))


def grid(found: Cells) -> dict[str, Any]:
    """Give cells as compactly as scripts can use them; causes only where there are any."""
    rows: defaultdict[str, list[Cell]] = defaultdict(list)
    for cell in found.values():
        rows[cell.tenant].append(cell)
    return {
        "states": {letter: _described(state) for state, letter in _LETTERS.items()},
        "tenants": [_row(name, of) for name, of in sorted(rows.items())],
    }


def _described(state: str) -> dict[str, str]:
    shown = mark(state)
    return {"state": state, "sign": shown.sign, "word": shown.word, "tone": shown.tone}


def _row(name: str, of: list[Cell]) -> dict[str, Any]:
    return {
        "name": name,
        "portions": [cell.portion for cell in of],
        "states": "".join(_LETTERS[cell.state] for cell in of),
        "causes": {str(cell.portion): cell.cause for cell in of if cell.cause},
    }


def _timeline(found: Cells, now: float) -> dict[str, Any]:
    drawn = timeline(found.values(), now)
    return {"series": SERIES, "times": drawn.times if drawn else (), "counts": drawn.counts if drawn else ()}


def _answered(request: Request, make: Callable[[Cells], dict[str, Any]]) -> Response:
    site: Site = request.app.state.site
    try:
        with site.readers.borrowed() as lent:
            body = orjson.dumps(make(_of_story(lent.reader, site, request.path_params["run"])))
    except EXPECTED as error:
        told = explained(error)
        return Response(
            orjson.dumps({"error": told.error, "message": told.message}), 502, media_type="application/json"
        )
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


def _of_story(reader: Reader, site: Site, run: str) -> Cells:
    return site.portions.of_story(reader, trace(reader.run(run), reader.run))
