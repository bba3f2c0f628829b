"""Reads an execution's history: which states it went through. Pure but for `read_visits`."""

from collections.abc import Iterable, Mapping
from typing import Any

from backroom_console.connection import Connection
from backroom_console.web.machine import Visit

_MOST_PAGES = 10
"""Of a thousand events each: what the states of the machine itself do is in the first and last of them."""
_ENDED = {"ExecutionFailed": "failed", "ExecutionAborted": "aborted", "ExecutionTimedOut": "timed_out"}


def read_visits(connection: Connection, execution: str, names: Iterable[str]) -> list[Visit]:
    """Give the states `names` that an execution went through, in their order; raises ClientError."""
    pages = connection.machines.get_paginator("get_execution_history").paginate(
        executionArn=execution, includeExecutionData=False, PaginationConfig={"MaxItems": _MOST_PAGES * 1000}
    )
    return visits((event for page in pages for event in page["events"]), set(names))


def visits(events: Iterable[Mapping[str, Any]], names: set[str]) -> list[Visit]:
    """Read the visits of states from events; those within a Map are none of the machine's own."""
    entered: list[str] = []
    left: set[int] = set()
    open_at: dict[str, int] = {}
    end = ""
    for event in events:
        kind = str(event["type"])
        end = _ENDED.get(kind, end)
        if kind.endswith("StateEntered") and (name := event["stateEnteredEventDetails"]["name"]) in names:
            open_at[name] = len(entered)
            entered.append(name)
        elif kind.endswith("StateExited") and (name := event["stateExitedEventDetails"]["name"]) in open_at:
            left.add(open_at[name])
    return [Visit(name, _state(at, at in left, len(entered), end)) for at, name in enumerate(entered)]


def _state(at: int, left: bool, count: int, end: str) -> str:
    if left:
        return "succeeded"
    # A state that an error was caught in is not left by an event of its own; the next one is entered instead.
    return "failed" if end or at < count - 1 else "running"
