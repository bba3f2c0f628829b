"""Reads runs: what is recorded of them, and what Step Functions knows better."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from typing import Any

import orjson
from backroom.errors import UnknownRunError
from backroom.layout import RunLayout
from backroom.planning.summary import PlanSummary
from backroom.records import PortionRecord, RunRecord
from backroom.storage.objects import lines, open_object, read_json
from backroom.words import Cause, Outcome, RunStatus
from botocore.exceptions import ClientError

from backroom_console import jobs
from backroom_console.connection import Connection
from backroom_console.errors import UnknownPortionError
from backroom_console.rows import FailedItem, LiveRow, TenantRow
from backroom_console.story import Story, latest_records, told, trace

LAST = "last"
"""Stands for the latest run of all jobs."""
_ENDED = {
    "SUCCEEDED": RunStatus.SUCCEEDED,
    "FAILED": RunStatus.FAILED,
    "ABORTED": RunStatus.ABORTED,
    "TIMED_OUT": RunStatus.TIMED_OUT,
}
_SEARCHED = 100


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the runs of one stack."""

    connection: Connection

    def latest(self, job: str | None, limit: int) -> list[RunRecord]:
        """Give the latest runs of a job or of all, the newest first; raises UnknownJobError."""
        if job is not None:
            jobs.require(self.connection, job)
        chosen = [job] if job is not None else jobs.names(self.connection)
        found = [run for name in chosen for run in self.connection.runs.latest(name, limit)]
        found.sort(key=lambda run: run.started_at, reverse=True)
        return [self._settled(run) for run in found[:limit]]

    def of_job(self, job: str, limit: int) -> list[RunRecord]:
        """Give the latest runs of a job that is known to be one, the newest first."""
        return [self._settled(run) for run in self.connection.runs.latest(job, limit)]

    def run(self, run: str) -> RunRecord:
        """Give a run, of `last` the latest one; raises UnknownRunError naming near ones."""
        if run == LAST:
            return self._last()
        try:
            return self._settled(self.connection.runs.get(run))
        except UnknownRunError as error:
            raise UnknownRunError(f"there is no run {run!r}{self._near(run)}") from error

    def story(self, run: RunRecord) -> Story:
        """Give a run with those that it resumes and that resumed it, and what they came to together."""
        runs = trace(run, self.run)
        return told(runs, self.connection.runs.portions) if len(runs) > 1 else Story(runs)

    def tenants(self, story: Story) -> list[TenantRow]:
        """Give what was planned for each tenant and what became of it, sorted by tenant."""
        plan = self.plan(story.original)
        planned = {tenant.tenant: tenant for tenant in plan.tenants} if plan else {}
        sums = story.sums.tenants or {one.tenant: one for one in self.connection.runs.tenants(story.original.run)}
        return [TenantRow.of(name, planned.get(name), sums.get(name)) for name in sorted({*planned, *sums})]

    def plan(self, run: RunRecord) -> PlanSummary | None:
        """Give what was planned for the first wave of a run; None where that is not there, or not any more."""
        key = RunLayout(run.job, run.run).plan(1)
        stored = read_json(self.connection.s3, self.connection.outputs.bucket, key)
        return PlanSummary.from_json(stored) if stored else None

    def portions(
        self, run: RunRecord, outcome: Outcome | None, tenant: str | None, cause: Cause | None = None
    ) -> Iterator[PortionRecord]:
        """Yield the recorded portions of a run, in order."""
        return self.connection.runs.portions(run.run, outcome, tenant, cause)

    def live(self, run: RunRecord) -> Iterator[LiveRow]:
        """Yield what portions do that are not recorded yet, in order."""
        return map(LiveRow.of, self.connection.live.of(run.run))

    def portion(self, run: RunRecord, portion: int) -> PortionRecord | None:
        """Give a portion, None while it is not recorded; raises UnknownPortionError."""
        found = self.connection.runs.portion(run.run, portion)
        if found is None and not run.goes_on and run.resumes is None and run.resumed_by is None:
            raise UnknownPortionError(
                f"run {run.run} has no portion {portion}: `backroom portions {run.run}` lists them"
            )
        return found

    def failed_items(self, story: Story, most: int) -> list[FailedItem]:
        """Give the items that failed, in order of portions, at most so many."""
        if not any(run.items.failed for run in story.runs):
            return []
        return list(islice(self._failed_items(story), most))

    def _failed_items(self, story: Story) -> Iterator[FailedItem]:
        bucket = self.connection.outputs.bucket
        for portion in latest_records([self.connection.runs.portions(run.run) for run in story.runs]):
            opened = portion.failed_items and open_object(self.connection.s3, bucket, portion.failed_items)
            for line in lines(opened.body) if opened else ():
                failed = orjson.loads(line)
                yield FailedItem(portion.tenant, failed["item"], failed["error"], failed["message"], portion.portion)

    def _settled(self, run: RunRecord) -> RunRecord:
        """Give a run as it stands: a machine that was stopped could not record that itself."""
        if not run.goes_on:
            return run
        execution = self.execution(self.connection.outputs.execution_of(run))
        if execution is None or execution["status"] not in _ENDED:
            return run
        status, ended_at = _ENDED[execution["status"]], execution.get("stopDate")
        return replace(run, status=status, ended_at=ended_at, message=execution.get("cause", run.message))

    def execution(self, arn: str) -> Mapping[str, Any] | None:
        """Give DescribeExecution's answer; None where Step Functions knows the execution no more."""
        try:
            found: Mapping[str, Any] = self.connection.machines.describe_execution(executionArn=arn)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
                raise
            return None
        return found

    def _last(self) -> RunRecord:
        latest = self.latest(None, 1)
        if not latest:
            raise UnknownRunError("there was no run yet; start one with `backroom run JOB`")
        return latest[0]

    def _near(self, run: str) -> str:
        known = [
            found.run for job in jobs.names(self.connection) for found in self.connection.runs.latest(job, _SEARCHED)
        ]
        holding = [name for name in known if run and run in name][:3]
        near = holding or get_close_matches(run, known, n=3, cutoff=0.6)
        return f"; did you mean {' or '.join(near)}?" if near else "; `backroom runs` lists them"
