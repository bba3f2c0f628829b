"""Gathers the evidence about a run, a portion or a queue, and gives the finding: the edge of `reasons`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from backroom.layout import RunLayout
from backroom.planning.definitions import container_of
from backroom.planning.summary import PlanSummary, StagePlan
from backroom.recording.checkpoints import Checkpoints
from backroom.records import PortionRecord, RunRecord
from backroom.words import Outcome

from backroom_console.batch_jobs import BatchJob
from backroom_console.connection import Connection
from backroom_console.reader import Reader
from backroom_console.reasons.batch import read_queue, read_waiting, running_in
from backroom_console.reasons.finding import Finding
from backroom_console.reasons.live import explain_live
from backroom_console.reasons.portions import Given, PortionEvidence, explain
from backroom_console.reasons.queues import Progress, Queue, WaitingJob
from backroom_console.reasons.runs import RunEvidence, Stopped, explain_run
from backroom_console.reasons.waiting import explain_queue
from backroom_console.rows import FailedItem
from backroom_console.story import Story
from backroom_console.watching import at_work, look_at

_MOST_PORTIONS = 1_000
"""Portions that did not succeed that are looked at; the sums of a run name all."""
_LOOKED_INTO = 50
"""Portions of a run whose checkpoints are read, one request each."""
_MOST_ITEMS = 10_000
"""Failed items of a run that are looked at."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks about one stack."""

    reader: Reader

    @property
    def connection(self) -> Connection:
        """Where it asks."""
        return self.reader.connection

    def queue(self, name: str) -> str | None:
        """Give the ARN of a queue of the stack by its short name, name or ARN; None if it is none."""
        stack = self.connection.outputs.stack
        known = {form: arn for arn in self.connection.outputs.queues for form in _forms(arn, stack)}
        return known.get(name)

    def of_queue(self, arn: str) -> Finding:
        """Say why a queue stands as it does; raises WrongStackError if there is none."""
        return self.of_read_queue(arn, read_queue(self.connection, arn))

    def of_read_queue(self, arn: str, queue: Queue) -> Finding:
        """Say why a queue that was read already stands as it does."""
        head = read_waiting(self.connection, queue.front[0]) if queue.front else None
        return explain_queue(queue, head, running_in(self.connection, arn))

    def of_run(self, run: RunRecord) -> Finding:
        """Say why a run is as it is."""
        progress, waits = self._at_work(run) if run.goes_on else (Progress(), None)
        execution = self.reader.execution(self.connection.outputs.execution_of(run)) or {}
        bad = list(islice(self._bad(run), _MOST_PORTIONS))
        given = self._given(self.reader.plan(run)) if bad else {}
        looked_into = [self._evidence(run, one, given) for one in bad[:_LOOKED_INTO]]
        rest = [PortionEvidence(run.run, one, given.get(one.stage, Given())) for one in bad[_LOOKED_INTO:]]
        evidence = RunEvidence(
            run,
            (*looked_into, *rest),
            self._items(run),
            Stopped(execution.get("error", ""), execution.get("cause", "")),
            progress,
            waits,
            self.connection.outputs.plan_function,
        )
        return explain_run(evidence)

    def of_portion(self, run: RunRecord, number: int) -> Finding:
        """Say why a portion is as it is; of one that is not recorded yet, by what it does or what its run waits for.

        Raises UnknownPortionError.
        """
        record, plan = self.reader.portion(run, number), self.reader.plan(run)
        if record is not None:
            return explain(self._evidence(run, record, self._given(plan)))
        live = next((one for one in self.connection.live.of(run.run) if one.portion == number), None)
        if live is None:
            return self.of_run(run)
        stages = [stage.name for stage in plan.stages] if plan else []
        return explain_live(run.run, number, live.latest, stages)

    def _at_work(self, run: RunRecord) -> tuple[Progress, tuple[WaitingJob, Queue] | None]:
        now = at_work(self.connection, run.run)
        look = look_at(self.connection, now, run.status)
        planning = now.planning.status if now.planning else ""
        progress = Progress(look.waiting, look.running, look.done, look.stage, planning)
        jobs = [now.planning] if now.planning else now.jobs if look.waiting else ()
        first = next((found for job in jobs if (found := self._runnable(job))), None)
        waiting = read_waiting(self.connection, first) if first else None
        return progress, (waiting, read_queue(self.connection, waiting.queue)) if waiting else None

    def _runnable(self, job: BatchJob) -> str | None:
        """Give the id of the first container of a Batch job that waits for capacity."""
        if not job.is_array:
            return job.id if job.status == "RUNNABLE" else None
        if not job.is_live:
            return None
        found = self.connection.batch.list_jobs(arrayJobId=job.id, jobStatus="RUNNABLE")["jobSummaryList"]
        return str(found[0]["jobId"]) if found else None

    def _bad(self, run: RunRecord) -> Iterator[PortionRecord]:
        """Yield what did not succeed; parts of what was split stand for it."""
        if run.goes_on or set(run.counts) <= {Outcome.SUCCEEDED}:
            return
        portions = self.reader.portions(run, None, None)
        yield from (one for one in portions if one.outcome is not Outcome.SUCCEEDED and not one.split_into)

    def _evidence(self, run: RunRecord, record: PortionRecord, given: Mapping[str, Given]) -> PortionEvidence:
        """Give what is known of a portion; what a failed one's items failed of is in its checkpoint."""
        items: tuple[FailedItem, ...] = ()
        if record.items.failed:
            layout = RunLayout(run.job, run.run, record.stage)
            saved = Checkpoints(self.connection.s3, self.connection.outputs.bucket, layout).read(record.portion)
            items = tuple(_item(record, failure) for failure in (saved.failures if saved else ()))
        return PortionEvidence(run.run, record, given.get(record.stage, Given()), items)

    def _items(self, run: RunRecord) -> tuple[FailedItem, ...]:
        """Give the items that failed in portions that succeeded all the same."""
        return tuple(self.reader.failed_items(Story((run,)), _MOST_ITEMS))

    def _given(self, plan: PlanSummary | None) -> Mapping[str, Given]:
        """Give what the definitions that the run holds on to give each stage."""
        if plan is None or not plan.stages:
            return {}
        arns = [stage.definition for stage in plan.stages]
        found = self.connection.batch.describe_job_definitions(jobDefinitions=arns)["jobDefinitions"]
        known = {one["jobDefinitionArn"]: one for one in found}
        cap = known.get(plan.definition, {}).get("parameters", {}).get("memory_cap")
        return {stage.name: _given(stage, known.get(stage.definition, {}), cap) for stage in plan.stages}


def _item(record: PortionRecord, failure: Mapping[str, str]) -> FailedItem:
    known = (failure.get("item", "?"), failure.get("error", "?"), failure.get("message", ""))
    return FailedItem(record.tenant, *known, record.portion)


def _given(stage: StagePlan, definition: Mapping[str, Any], cap: str | None) -> Given:
    timeout = definition.get("timeout", {}).get("attemptDurationSeconds")
    image = container_of(definition).get("image", "")
    return Given(stage.memory, int(cap) if cap else None, timeout, image)


def _forms(arn: str, stack: str) -> tuple[str, str, str]:
    name = arn.rpartition("/")[2]
    return arn, name, name.removeprefix(f"{stack}-")
