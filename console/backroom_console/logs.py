"""Reads what the containers of a run wrote, and what planned it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from operator import attrgetter
from typing import Any

from backroom.records import RunRecord
from botocore.exceptions import ClientError

from backroom_console.connection import Connection
from backroom_console.log_lines import LogLine, parse
from backroom_console.log_places import LogGroup, Tries, groups_of_planner, groups_of_run, tries_of, with_all_streams

_MARGIN_MS = 5 * 60 * 1000
"""How far the clocks of containers may be off, and how late what they wrote may come."""


@dataclass(slots=True)
class RunLog:
    """Reads what the containers of a run wrote, each line once however often it is read."""

    connection: Connection
    run: RunRecord
    portion: int | None = None
    attempt: int | None = None
    """The number of the attempt that is wanted, at whichever stage and in whichever wave."""
    planner: bool = False
    """Whether it reads what planned the run in their place: the function, and the container of `Planner: batch`."""
    _since: int = 0
    """Where reading begins: milliseconds since the epoch."""
    _latest: int = 0
    _seen: set[str] = field(default_factory=set)
    _groups: Sequence[LogGroup] = ()

    def __post_init__(self) -> None:
        """Begin with the run."""
        self._since = self._began

    def read(self) -> Iterator[LogLine]:
        """Yield what is there and was not read before, in order of time; of a portion lines that are no JSON too."""
        if self.portion is None:
            return self.by_run()
        tries = with_all_streams(self.connection.batch, self._tries())
        wanted = [stream for stream in tries.streams if self.attempt in (None, stream.attempt)]
        streams = [list(self._new(stream.group, logStreamNames=[stream.name])) for stream in wanted]
        # Batch forgets a job after about a week; what names the portion is found all the same.
        return merge(*streams, self._naming(tries), key=attrgetter("order"))

    def by_run(self) -> Iterator[LogLine]:
        """Yield the lines that name the run, and the portion if there is one, in order of time."""
        return self._naming(self._tries())

    def follow(self, goes_on: Callable[[], bool], rest: Callable[[], None]) -> Iterator[LogLine]:
        """Yield lines as they come, until `goes_on` says no; calls `rest` between two looks.

        A look reads from a little before the latest line on, the last one everything: what came late is there too.
        """
        while goes_on():
            yield from self.read()
            self._since = max(self._began, self._latest - _MARGIN_MS)
            rest()
        self._since = self._began
        yield from self.read()

    @property
    def _began(self) -> int:
        return int(self.run.started_at.timestamp() * 1000) - _MARGIN_MS

    def tail(self, group: str, stream: str, most: int) -> list[LogLine]:
        """Give the last lines of a container's stream; none where there is no such stream (any more)."""
        try:
            found = self.connection.logs.get_log_events(
                logGroupName=group, logStreamName=stream, limit=most, startFromHead=False
            )
        except ClientError as error:
            _mind_missing(error)
            return []
        events = enumerate(found["events"])
        return [parse({**event, "eventId": f"{stream}/{event['timestamp']}/{number}"}) for number, event in events]

    def _tries(self) -> Tries:
        return Tries() if self.portion is None else tries_of(self.connection, self.run, self.portion)

    def _naming(self, tries: Tries) -> Iterator[LogLine]:
        """Yield what names the run. CloudWatch does the search: a term in quotes is found as it stands.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
        """
        found = (self._new(group, filterPattern=f'"{self.run.run}"') for group in self._all_groups())
        return (line for line in merge(*found, key=attrgetter("order")) if self._wants(line, tries))

    def _wants(self, line: LogLine, tries: Tries) -> bool:
        if self.attempt is not None and line.names("attempt") != self.attempt:
            return False
        if self.portion is None or line.names("portion") == self.portion:
            return True
        # Nodes beside the main one know their Batch job, but no portion.
        return line.names("portion") is None and tries.has(line.names("batch_job_id"))

    def _all_groups(self) -> Sequence[LogGroup]:
        """Give the groups; asked for again until the run is planned."""
        if not self._groups:
            known = groups_of_planner(self.connection) if self.planner else groups_of_run(self.connection, self.run)
            self._groups = known
        return self._groups

    def _new(self, group: LogGroup, **chosen: Any) -> Iterator[LogLine]:
        for page in self._pages(group.name, chosen):
            new = [event for event in page if event["eventId"] not in self._seen]
            self._seen.update(event["eventId"] for event in new)
            self._latest = max([self._latest, *(event["timestamp"] for event in new)])
            yield from sorted((parse(event, group.stage) for event in new), key=attrgetter("order"))

    def _pages(self, group: str, chosen: dict[str, Any]) -> Iterator[list[Any]]:
        """Yield events, a page after the other by time, which the twin wants to be told; of what is not there none."""
        pages = self.connection.logs.get_paginator("filter_log_events")
        try:
            for page in pages.paginate(logGroupName=group, startTime=self._since, interleaved=True, **chosen):
                yield page["events"]
        except ClientError as error:
            _mind_missing(error)


def _mind_missing(error: ClientError) -> None:
    """Raise what says anything else than that a group or stream is not there."""
    if error.response["Error"]["Code"] != "ResourceNotFoundException":
        raise error
