"""Asks a stack how it is. What cannot be asked is a check that failed, with the reason; the others go on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from backroom.errors import UnknownJobError, UnknownTenantError
from backroom.planning.elsewhere import DEFINITION as PLANNER
from backroom.planning.job import parse_row
from backroom.words import PlannedBy
from botocore.exceptions import ClientError

from backroom_console import jobs
from backroom_console.calling import call
from backroom_console.checkup import judging
from backroom_console.checkup.judging import Check, Level
from backroom_console.errors import EXPECTED, explained
from backroom_console.reader import Reader
from backroom_console.reasons.asking import Asking
from backroom_console.reasons.batch import read_queue

NOBODY = "nobody-at-all"
"""A tenant that is asked for so that a planner answers and plans nothing."""
_ABSENT = {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}


@dataclass(frozen=True, slots=True)
class Examination:
    """Examines one stack. `now` gives the time, with its zone."""

    reader: Reader
    now: Callable[[], datetime]

    def checks(self) -> Iterator[Check]:
        """Yield all checks in the order in which one rests on the other; without a stack there are no more of them."""
        yield from guarded("credentials", self._caller)
        stack = list(guarded("stack", self._stack))
        yield from stack
        if any(check.level is Level.FAIL for check in stack):
            return
        for arn in self.reader.connection.outputs.queues:
            yield from guarded(f"queue {arn.rpartition('/')[2]}", partial(self._queue, arn))
        yield from guarded("jobs", self._jobs)
        yield from guarded("runs", self._runs)
        yield from guarded("messages", self._messages)
        yield from guarded("alarms", self._alarms)

    def _caller(self) -> Iterator[Check]:
        connection = self.reader.connection
        answer = connection.client("sts").get_caller_identity()
        region = connection.session.region_name
        yield Check("credentials", Level.OK, f"{answer['Arn']} in account {answer['Account']}, region {region}")
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        yield judging.clock(parsedate_to_datetime(date) if date else None, self.now())

    def _stack(self) -> Iterator[Check]:
        outputs = self.reader.connection.outputs
        yield Check("stack", Level.OK, f"{outputs.stack}, on the {self.reader.connection.place}")

    def _queue(self, arn: str) -> Iterator[Check]:
        found = read_queue(self.reader.connection, arn)
        yield judging.queue(found, Asking(self.reader).of_read_queue(arn, found))

    def _jobs(self) -> Iterator[Check]:
        newest = jobs.newest(self.reader.connection)
        if not newest:
            yield Check("jobs", Level.WARN, "no job has an active definition", "deploy a row of the table of jobs")
        for job, definition in sorted(newest.items()):
            yield judging.definitions(job, self._missing(job, definition), self._refusal(job))

    def _missing(self, job: str, definition: Mapping[str, Any]) -> list[str]:
        """Give the names of the definitions that the job's further stages, and its planner, lack."""
        connection = self.reader.connection
        row = parse_row(definition["jobDefinitionArn"], definition["parameters"])
        wanted = [f"{connection.outputs.stack}-{job}-{stage.name}" for stage in row.stages[1:]]
        wanted += [f"{connection.outputs.stack}-{PLANNER}"] if row.planner is PlannedBy.BATCH else []
        return [name for name in wanted if not _is_active(connection.batch, name)]

    def _refusal(self, job: str) -> str:
        """Say why the planner does not know a job: it is asked what it would plan for nobody, which writes nothing."""
        connection = self.reader.connection
        try:
            call(connection, connection.outputs.plan_function, {"job": job, "dry_run": True, "tenants": [NOBODY]})
        except UnknownTenantError:
            return ""
        except UnknownJobError as error:
            return str(error)
        return ""

    def _runs(self) -> Iterator[Check]:
        going_on = list(self.reader.connection.runs.unfinished())
        ill = []
        for record in going_on:
            found = self.reader.execution(self.reader.connection.outputs.execution_of(record))
            if check := judging.run(record, found["status"] if found else None, self.now()):
                ill.append(check)
        yield from ill or [Check("runs", Level.OK, f"{len(going_on)} going on, none is stuck")]

    def _messages(self) -> Iterator[Check]:
        sqs, stack = self.reader.connection.client("sqs"), self.reader.connection.outputs.stack
        undelivered, dead = f"{stack}-undelivered", f"{stack}-events-dead"
        what = "schedules that started no run, or events that nobody took"
        yield judging.messages(undelivered, _depth(sqs, undelivered), what, Level.FAIL)
        what = "events of Batch that could not be written down, which runs can do without"
        yield judging.messages(dead, _depth(sqs, dead), what, Level.WARN)

    def _alarms(self) -> Iterator[Check]:
        stack, cloudwatch = self.reader.connection.outputs.stack, self.reader.connection.client("cloudwatch")
        pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stack}-")
        found = [alarm for page in pages for alarm in (*page["MetricAlarms"], *page.get("CompositeAlarms", ()))]
        raised = [alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM"]
        yield from judging.alarms(raised, len(found))


def guarded(name: str, ask: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """Yield what a check finds; an expected error is a check that failed, in the words of the command line."""
    try:
        yield from ask()
    except EXPECTED as error:
        told = explained(error)
        yield Check(name, Level.FAIL, told.message, f"{told.error}: mend this, then run backroom doctor again")


def _is_active(batch: Any, name: str) -> bool:
    return bool(batch.describe_job_definitions(jobDefinitionName=name, status="ACTIVE")["jobDefinitions"])


def _depth(sqs: Any, name: str) -> int | None:
    """Give about how many messages a queue holds; None if there is no such queue."""
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as error:
        if error.response["Error"]["Code"] not in _ABSENT:
            raise
        return None
    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    return int(kept["ApproximateNumberOfMessages"])
