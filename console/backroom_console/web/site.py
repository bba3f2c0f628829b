"""What all pages have: readers, templates, the clock, and what is kept between requests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from math import inf
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from backroom.phrases import counted
from backroom.planning.summary import PlanSummary
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request

from backroom_console import phrases
from backroom_console.connection import Connection
from backroom_console.rows import JobRow
from backroom_console.web.kept import Kept
from backroom_console.web.marks import mark
from backroom_console.web.portions import Portions
from backroom_console.web.reading import Readers

HERE = Path(__file__).parent
_SLOW_SECONDS = 60.0
"""For how long what only a deployment changes is kept."""
_FRESH_SECONDS = 1.0
_QUEUES_SECONDS = 4.0
_PLANS = 64


@dataclass(frozen=True)
class Site:
    """One console over one stack."""

    readers: Readers
    place: str
    """Where the stack is, for a person."""
    pause: float
    """Seconds between two looks at something that goes on."""
    now: Callable[[], datetime]
    token: str | None = None
    """What a form that changes something must bring along; None: nothing can be changed here."""
    stopping: Event = field(default_factory=Event)
    """Set when the console is told to end: streams end then."""
    jobs: Kept[str, list[JobRow]] = field(default_factory=lambda: Kept(1, _SLOW_SECONDS))
    queues: Kept[str, Any] = field(default_factory=lambda: Kept(1, _QUEUES_SECONDS))
    """What the page of queues shows: it takes a dozen calls a queue."""
    portions: Portions = field(default_factory=Portions)
    plans: Kept[tuple[str, int], PlanSummary] = field(default_factory=lambda: Kept(_PLANS, inf))
    words: Kept[str, str] = field(default_factory=lambda: Kept(_PLANS, _FRESH_SECONDS))
    """How runs that go on stand, in words."""
    machines: Kept[str, Mapping[str, Any]] = field(default_factory=lambda: Kept(1, _SLOW_SECONDS))

    def machine(self, connection: Connection) -> Mapping[str, Any]:
        """Give the state machine's definition as it is deployed; raises ClientError."""
        arn = connection.outputs.machine
        described = connection.machines.describe_state_machine
        return self.machines.get(arn, lambda: orjson.loads(described(stateMachineArn=arn)["definition"]))

    @cached_property
    def templates(self) -> Environment:
        """Jinja's templates; everything that is put into one is escaped."""
        made = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)
        made.filters.update(
            seconds=phrases.seconds, size=phrases.size, usd=phrases.usd, counted=counted, path=_quoted, mark=mark
        )
        return made

    def render(self, template: str, request: Request, now: datetime, view: Any, cost: tuple[int, int]) -> str:
        """Give a template's text; `cost` is calls made and items read."""
        return self.templates.get_template(template).render(
            view=view,
            site=self,
            now=now,
            place_in=request.url.path,
            calls=cost[0],
            items=cost[1],
            moment=lambda when: phrases.moment(when, now),
            link=lambda **changes: link(request, **changes),
        )


def link(request: Request, **changes: object) -> str:
    """Give this page's address with other filters; those that are empty are left out, as is the page of a list."""
    query = {name: value for name, value in request.query_params.items() if name not in ("part", "page")}
    wanted = {name: str(value) for name, value in (query | changes).items() if value not in (None, "")}
    return f"{request.url.path}?{urlencode(wanted)}" if wanted else request.url.path


def _quoted(name: object) -> str:
    return quote(str(name), safe="")
