"""Log lines of a run's containers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from backroom.records import PortionRecord, RunRecord

from backroom_console.connection import Connection

_STREAMS = 100
"""Streams that one FilterLogEvents takes."""
_MARGIN = timedelta(minutes=5)
"""How far the clocks of containers may be off."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that a container wrote. `fields` is what it holds if it is a JSON object."""

    id: str
    time: int
    """Milliseconds since the epoch."""
    text: str
    fields: dict[str, Any] | None

    def is_of(self, portion: int | None) -> bool:
        """Whether the line names this portion; of any when None."""
        return portion is None or (self.fields is not None and self.fields.get("portion") == portion)


@dataclass(slots=True)
class RunLog:
    """Reads what the containers of a run wrote, each line once however often it is read."""

    connection: Connection
    run: RunRecord
    portion: int | None = None
    _seen: set[str] = field(default_factory=set)

    def recorded(self, portion: PortionRecord) -> Iterator[LogLine]:
        """Yield everything that a portion's recorded attempts wrote, lines that are no JSON too."""
        streams = [attempt.log_stream for attempt in portion.attempts if attempt.log_stream][-_STREAMS:]
        if streams:
            yield from self._new(logStreamNames=streams)

    def by_run(self) -> Iterator[LogLine]:
        """Yield the lines that name the run, and the portion if there is one. CloudWatch does the search."""
        # A term in quotes is found as it stands: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
        lines = self._new(filterPattern=f'"{self.run.run}"')
        return (line for line in lines if line.is_of(self.portion))

    def follow(self, goes_on: Callable[[], bool], rest: Callable[[], None]) -> Iterator[LogLine]:
        """Yield lines as they come, until `goes_on` says no; calls `rest` between two looks."""
        while True:
            # Asked before reading: what was written until the end is read once more after it.
            more = goes_on()
            yield from self.by_run()
            if not more:
                return
            rest()

    def _new(self, **chosen: Any) -> Iterator[LogLine]:
        group = f"{self.connection.outputs.stack}-{self.run.job}"
        since = int((self.run.started_at - _MARGIN).timestamp() * 1000)
        pages = self.connection.client("logs").get_paginator("filter_log_events")
        for page in pages.paginate(logGroupName=group, startTime=since, **chosen):
            for event in page["events"]:
                if event["eventId"] not in self._seen:
                    self._seen.add(event["eventId"])
                    yield _line(event)


def _line(event: dict[str, Any]) -> LogLine:
    text = event["message"].rstrip("\n")
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError:
        fields = None
    return LogLine(event["eventId"], event["timestamp"], text, fields if isinstance(fields, dict) else None)
