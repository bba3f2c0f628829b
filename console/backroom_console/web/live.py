"""Server-sent events: tells a page that something has changed, which then reads anew the parts that want it.

https://html.spec.whatwg.org/multipage/server-sent-events.html. An event carries no content, so that there is one way
in which a part is made; a page that is not looked at, or is gone, has nothing read for it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

from backroom_console.errors import EXPECTED
from backroom_console.reader import Reader
from backroom_console.web.site import Site

QUIET_SECONDS = 15.0
"""After which a comment is sent, so that whoever listens knows that the line stands."""

_STEP_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen at one look: whatever differs when the page has to change, and whether it may change any more."""

    seen: Any
    goes_on: bool = True


Look = Callable[[Reader], Sight]


def streamed(look_of: Callable[[Request], Look]) -> Callable[[Request], Any]:
    """Make an endpoint that sends `changed` whenever what is seen has changed, and `ended` when it cannot any more."""

    async def endpoint(request: Request) -> StreamingResponse:
        site: Site = request.app.state.site
        events = changes(lambda: _seen(site, look_of(request)), site.pause, site.stopping.is_set)
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    return endpoint


async def changes(
    look: Callable[[], Sight | None], pause: float, stopping: Callable[[], bool] = lambda: False
) -> AsyncIterator[str]:
    """Yield events, looking every `pause` seconds in a thread; a look that gives None could not be had."""
    before, quiet = None, 0.0
    yield ": here\n\n"
    while not stopping():
        sight = await run_in_threadpool(look)
        if sight is not None and sight != before:
            # The first look is what the page shows; it may have changed since, and is read once more.
            yield "event: changed\ndata: \n\n"
            before, quiet = sight, 0.0
        if sight is not None and not sight.goes_on:
            yield "event: ended\ndata: \n\n"
            return
        if quiet >= QUIET_SECONDS:
            yield ": still here\n\n"
            quiet = 0.0
        await _rest(pause, stopping)
        quiet += pause


async def _rest(pause: float, stopping: Callable[[], bool]) -> None:
    """Wait, but not when the console is to end."""
    left = pause
    while left > 0 and not stopping():
        await asyncio.sleep(min(left, _STEP_SECONDS))
        left -= _STEP_SECONDS


def _seen(site: Site, look: Look) -> Sight | None:
    try:
        with site.readers.borrowed() as lent:
            return look(lent.reader)
    except EXPECTED:
        # The page says so itself when it is read; here it is tried again.
        return None
