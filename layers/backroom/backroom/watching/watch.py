"""What the reconciler's sweep sees beside the runs: one answer, of which alarms are made (docs/runbook.md)."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from backroom.deployment import Deployment
from backroom.watching.cron import ExpressionError
from backroom.watching.slots import Expected, Scheduled, expected

if TYPE_CHECKING:
    from types_boto3_scheduler.client import EventBridgeSchedulerClient

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen."""

    missed: tuple[Expected, ...] = ()
    """Slots that were due and that nobody has claimed."""
    fronts: dict[str, float] = field(default_factory=dict)
    """Name of a queue -> seconds that its first Batch job has been its first without being started."""
    failed: tuple[str, ...] = ()
    """What could not be looked at, and why."""

    @property
    def front(self) -> float:
        """The longest of the seconds; 0 where nothing waits."""
        return max(self.fronts.values(), default=0.0)


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at the stack's schedules and queues."""

    deployment: Deployment
    scheduler: "EventBridgeSchedulerClient"

    def look(self, now: datetime) -> Seen:
        """Look at everything; what cannot be looked at is told, and holds up nothing else."""
        failed: list[str] = []
        missed = self._tried("schedules", partial(self._missed, now), failed)
        queues = dict.fromkeys(self.deployment.settings.all_queues)
        fronts = [self._tried(queue, partial(self._front, queue, now), failed) for queue in queues]
        return Seen(tuple(missed), dict(chain.from_iterable(fronts)), tuple(failed))

    def _tried(self, what: str, look: Callable[[], Iterator[T]], failed: list[str]) -> list[T]:
        try:
            return list(look())
        except (BotoCoreError, ClientError, ExpressionError) as error:
            failed.append(f"{what}: {type(error).__name__}: {error}")
            return []

    def _missed(self, now: datetime) -> Iterator[Expected]:
        for schedule in self._schedules():
            due = expected(schedule, now)
            if due is not None and not self.deployment.runs.claimed(due.job, due.first, due.last):
                yield due

    def _schedules(self) -> Iterator[Scheduled]:
        """Yield the stack's schedules that are on and start the machine for a slot."""
        stack = self.deployment.settings.stack
        pages = self.scheduler.get_paginator("list_schedules").paginate(NamePrefix=f"{stack}-", State="ENABLED")
        for summary in (summary for page in pages for summary in page["Schedules"]):
            if summary["Target"]["Arn"].endswith(f":stateMachine:{stack}-run_job"):
                known = self.scheduler.get_schedule(Name=summary["Name"], GroupName=summary["GroupName"])
                yield from _scheduled(known)

    def _front(self, queue: str, now: datetime) -> Iterator[tuple[str, float]]:
        """Yield the queue's name and for how long its first Batch job has been that, if there is one."""
        jobs = self.deployment.batch.get_job_queue_snapshot(jobQueue=queue).get("frontOfQueue", {}).get("jobs", [])
        if jobs:
            # In milliseconds: botocore's model says so of JobQueueSnapshot's times.
            waited = now.timestamp() - jobs[0]["earliestTimeAtPosition"] / 1000
            yield queue.rpartition("/")[2], max(0.0, waited)


def _scheduled(known: Any) -> Iterator[Scheduled]:
    """Yield a schedule as it is told by Scheduler; nothing if what it starts claims no slot of its own."""
    given = _parsed(known["Target"].get("Input"))
    if given.get("job") and given.get("slot"):
        zone = known.get("ScheduleExpressionTimezone", "UTC")
        since = _time(known.get("LastModificationDate") or known["CreationDate"])
        yield Scheduled(known["Name"], given["job"], known["ScheduleExpression"], zone, since)


def _parsed(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _time(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
