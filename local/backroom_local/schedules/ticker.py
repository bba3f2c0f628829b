"""Fires the schedules that are due, by a clock that can be set forward."""

import json
import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from backroom.watching.cron import ExpressionError
from backroom.watching.expression import next_time

from backroom_local.rules import event as events
from backroom_local.rules.targets import Reach, deliver_or_bury
from backroom_local.schedules.universal import call, is_universal

_LOG = logging.getLogger(__name__)
_TICK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule that is enabled."""

    arn: str
    expression: str
    zone: str
    begin: datetime
    end: datetime | None
    target: Mapping[str, Any]


class Ticker:
    """Looks twice a second which schedules are due. Nothing that fell due before it began fires."""

    def __init__(self, schedules: Callable[[], Iterable[Schedule]], reach: Reach, now: Callable[[], datetime]) -> None:
        """Take the schedules, asked for anew at each tick, and the clock (aware times)."""
        self._schedules, self._reach, self._now = schedules, reach, now
        self._ahead = timedelta(0)
        self._next: dict[tuple[str, str, str, datetime], datetime | None] = {}
        self._seen = now()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="twin-schedules", daemon=True)

    def start(self) -> None:
        """Begin to tick."""
        self._thread.start()

    def forward(self, seconds: float) -> list[str]:
        """Set the clock forward and fire what became due; gives the ARNs of what fired, a time each."""
        with self._lock:
            self._ahead += timedelta(seconds=seconds)
        return self.tick()

    def tick(self) -> list[str]:
        """Fire what became due since the last tick, in order of time; gives the ARNs of what fired."""
        with self._lock:
            since, until = self._seen, self._now() + self._ahead
            self._seen = max(since, until)
            due = sorted(self._due(since, until), key=lambda pair: pair[1])
        for schedule, moment in due:
            self._fire(schedule, moment)
        return [schedule.arn for schedule, _ in due]

    def close(self) -> None:
        """Tick no more."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        """Tick until closed."""
        while not self._closed.wait(_TICK_SECONDS):
            try:
                self.tick()
            except Exception:
                _LOG.exception("the schedules could not be looked at")

    def _due(self, since: datetime, until: datetime) -> Iterator[tuple[Schedule, datetime]]:
        """Give the schedules and times that lie after `since` and not after `until`; the next times are remembered."""
        known, self._next = self._next, {}
        for schedule in self._schedules():
            key = (schedule.arn, schedule.expression, schedule.zone, schedule.begin)
            moment = known[key] if key in known else _next(schedule, since)
            while moment is not None and moment <= until:
                if not schedule.end or moment <= schedule.end:
                    yield schedule, moment
                moment = _next(schedule, moment)
            self._next[key] = moment

    def _fire(self, schedule: Schedule, moment: datetime) -> None:
        """Call the target of a schedule."""
        target, arn = schedule.target, schedule.target["Arn"]
        given = _input(schedule, moment)
        reach = self._reach.acting("scheduler.amazonaws.com", target, schedule.arn)
        try:
            if is_universal(arn):
                call(reach.client, arn, given)
            else:
                deliver_or_bury(reach, arn, given, target, name=schedule.arn)
        except Exception as error:
            _LOG.warning("%s: %s: %s", schedule.arn, arn, error)


def _next(schedule: Schedule, after: datetime) -> datetime | None:
    """Give a schedule's next time, or None where it has none or its expression is none."""
    try:
        return next_time(schedule.expression, schedule.zone, schedule.begin, after)
    except ExpressionError as error:
        _LOG.warning("%s: %s", schedule.arn, error)
        return None


def _input(schedule: Schedule, moment: datetime) -> str:
    """Give the input of a firing, with Scheduler's keywords in it replaced."""
    given = schedule.target.get("Input") or json.dumps(_default(schedule, moment))
    words = {
        "<aws.scheduler.scheduled-time>": events.iso(moment.timestamp()),
        "<aws.scheduler.execution-id>": str(uuid.uuid4()),
        "<aws.scheduler.schedule-arn>": schedule.arn,
        "<aws.scheduler.attempt-number>": "1",
    }
    for word, value in words.items():
        given = given.replace(word, value)
    return str(given)


def _default(schedule: Schedule, moment: datetime) -> events.Event:
    """Give what a target without Input receives."""
    region, account = schedule.arn.split(":")[3:5]
    return events.make(
        source="aws.scheduler",
        kind="Scheduled Event",
        detail={},
        resources=[schedule.arn],
        where=(account, region),
        event_id=str(uuid.uuid4()),
        now=moment.astimezone(UTC),
    )
