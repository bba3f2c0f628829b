"""Log lines of a run's containers, and of what planned it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from backroom.planning.elsewhere import DEFINITION as PLANNER
from backroom.recording.batch_jobs import DESCRIBED_AT_ONCE
from backroom.records import PortionRecord, RunRecord
from botocore.exceptions import ClientError

from backroom_console.connection import Connection

_STREAMS = 100
"""Streams that one FilterLogEvents takes."""
_MARGIN = timedelta(minutes=5)
"""How far the clocks of containers may be off."""
_OWN = {"time", "level", "message", "run", "portion", "tenant", "attempt", "job", "wave", "batch_job_id"}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that a container wrote. `fields` is what it holds if it is a JSON object."""

    id: str
    time: int
    """Milliseconds since the epoch."""
    text: str
    fields: dict[str, Any] | None

    @property
    def is_metric(self) -> bool:
        """Whether it is a line in CloudWatch's embedded metric format."""
        return self.fields is not None and "_aws" in self.fields

    def is_of(self, portion: int | None) -> bool:
        """Whether the line names this portion; of any when None."""
        return portion is None or (self.fields is not None and self.fields.get("portion") == portion)


@dataclass(slots=True)
class RunLog:
    """Reads what the containers of a run wrote, each line once however often it is read."""

    connection: Connection
    run: RunRecord
    portion: int | None = None
    planner: bool = False
    """Whether it reads what planned the run in their place: the function, and the container of `Planner: batch`."""
    _seen: set[str] = field(default_factory=set)

    def recorded(self, portion: PortionRecord) -> list[LogLine]:
        """Give everything that a portion's recorded attempts wrote in order of time, lines that are no JSON too."""
        streams = sorted(self._streams(portion))[:_STREAMS]
        of_attempts = list(self._new(logStreamNames=streams)) if streams else []
        # Batch forgets a job after about a week; what names the portion is found all the same.
        return sorted([*of_attempts, *self.by_run()], key=lambda line: line.time)

    def _streams(self, portion: PortionRecord) -> set[str]:
        known = {attempt.log_stream for attempt in portion.attempts if attempt.log_stream}
        ids = {attempt.batch_job_id for attempt in portion.attempts if attempt.batch_job_id}
        found = self.connection.batch.describe_jobs(jobs=sorted(ids)[:DESCRIBED_AT_ONCE])["jobs"] if ids else []
        containers = (attempt.get("container", {}) for job in found for attempt in job.get("attempts", []))
        return known | {container["logStreamName"] for container in containers if "logStreamName" in container}

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

    def tail(self, group: str, stream: str, most: int) -> list[LogLine]:
        """Give the last lines of a container's stream; none where there is no such stream (any more)."""
        logs = self.connection.client("logs")
        try:
            found = logs.get_log_events(logGroupName=group, logStreamName=stream, limit=most, startFromHead=False)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return []
        events = enumerate(found["events"])
        return [_line({**event, "eventId": f"{stream}/{event['timestamp']}/{number}"}) for number, event in events]

    def _new(self, **chosen: Any) -> Iterator[LogLine]:
        for group in self._groups:
            yield from self._of_group(group, chosen)

    @property
    def _groups(self) -> tuple[str, ...]:
        outputs = self.connection.outputs
        if self.planner:
            return f"/aws/lambda/{outputs.plan_function}", f"{outputs.stack}-{PLANNER}"
        return (f"{outputs.stack}-{self.run.job}",)

    def _of_group(self, group: str, chosen: dict[str, Any]) -> Iterator[LogLine]:
        since = int((self.run.started_at - _MARGIN).timestamp() * 1000)
        pages = self.connection.client("logs").get_paginator("filter_log_events")
        for page in pages.paginate(logGroupName=group, startTime=since, **chosen):
            # Within a page CloudWatch puts the streams together by time; the twin gives one after the other.
            for event in sorted(page["events"], key=lambda event: event["timestamp"]):
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


def in_words(line: LogLine) -> str:
    """Give a log line for people: when, of which portion and attempt, the message, and the fields it has of its own."""
    fields = line.fields
    if fields is None or "message" not in fields:
        return line.text
    place = f"{fields.get('portion', '-')}/{fields.get('attempt', '-')} {fields.get('tenant', '-')}"
    more = " ".join(f"{name}={value}" for name, value in _more(fields))
    at = str(fields.get("time", fields.get("timestamp", "")))[11:23]
    return f"{at} {place} {fields.get('level', '')} {fields['message']} {more}".rstrip()


def _more(fields: dict[str, object]) -> Iterator[tuple[str, object]]:
    return ((name, value) for name, value in fields.items() if name not in _OWN and not isinstance(value, dict | list))
