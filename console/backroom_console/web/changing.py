"""What pages may change, where the console was told that they may: each by the same calls as the command line."""

import secrets
import shlex
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from backroom.errors import UnknownRunError
from backroom.phrases import counted

from backroom_console.approving import asked_budget
from backroom_console.connection import Connection
from backroom_console.phrases import usd
from backroom_console.reader import Reader
from backroom_console.resuming import left, require_something_left
from backroom_console.starting import Request, dry_run, run_id, start
from backroom_console.stopping import settle, stop
from backroom_console.story import trace

_SHOWN_WITHIN = 20.0
"""Seconds in which the machine has noted a run that it has started."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is to be confirmed: what it does in words, the command that does the same, and how to do it."""

    title: str
    sentences: tuple[str, ...]
    command: str
    do: Callable[[], str]
    """Does it, and gives the run whose page shows what came of it. Raises as the command line's calls do."""


def resuming(reader: Reader, run: str) -> Change:
    """Prepare to resume a run where its story left off; raises as `require_something_left`, UnknownRunError."""
    latest = trace(reader.run(run), reader.run)[-1]
    require_something_left(latest)
    unfinished = left(latest)
    what = counted(unfinished, "portion") if unfinished else "what it was asked to do"
    sentences = (
        f"Starts a run that does {what} of {latest.run} with today's code.",
        "What its earlier attempts had done is not done again.",
    )
    request = Request(latest.job, resume=latest.run)
    return Change(f"Resume {latest.run}", sentences, f"backroom resume {latest.run}", lambda: _start(reader, request))


def cancelling(reader: Reader, run: str) -> Change:
    """Prepare to stop a run; of one that has ended there is nothing to do, and that is said."""
    found = reader.run(run)
    sentences: tuple[str, ...] = (f"{found.run} has ended already: nothing would change.",)
    if found.goes_on:
        sentences = (
            f"Stops {found.run} and tells its Batch jobs to end.",
            "What was finished stays; the rest is recorded as cancelled, and a resume does it.",
        )
    return Change(
        f"Cancel {found.run}",
        sentences,
        f"backroom cancel {found.run}",
        lambda: _cancel(reader.connection, reader, run),
    )


def starting(reader: Reader, request: Request) -> Change:
    """Prepare to start a run of a job, with what it would do; raises as `dry_run` does."""
    plan, budget = dry_run(reader.connection, request), asked_budget(reader.connection, request)
    sentences = [f"Starts a run of {request.job}: {plan.message}.", f"It is likely to cost {usd(plan.cost)}."]
    approve = round(plan.cost, 2) if budget is not None and plan.cost > budget else None
    if approve is not None:
        sentences.append(f"That is beyond the job's budget of {usd(budget or 0)}: whoever starts it agrees to it.")
    approved = Request(request.job, request.tenants, request.params, approve_cost=approve)
    return Change(f"Run {request.job}", tuple(sentences), _command(approved), lambda: _start(reader, approved))


def _start(reader: Reader, request: Request) -> str:
    run = run_id(request.job, datetime.now(UTC), secrets.token_hex(2))
    start(reader.connection, request, run)
    until = time.monotonic() + _SHOWN_WITHIN
    while time.monotonic() < until:
        with suppress(UnknownRunError):
            return reader.connection.runs.get(run).run
        time.sleep(reader.connection.pause / 4)
    return run


def _cancel(connection: Connection, reader: Reader, run: str) -> str:
    found = reader.run(run)
    if found.goes_on:
        stop(connection, found.run, connection.outputs.execution_of(found), lambda: time.sleep(connection.pause))
        settle(connection, found.run)
    return found.run


def _command(request: Request) -> str:
    """Give what does the same on the command line."""
    words = ["backroom", "run", request.job]
    words += [word for tenant in request.tenants for word in ("--tenant", tenant)]
    words += [] if request.approve_cost is None else ["--approve-cost", f"{request.approve_cost:.2f}"]
    return shlex.join(words)
