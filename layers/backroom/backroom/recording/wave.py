"""Finds out what became of every portion of a wave, and closes those that did not succeed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import merge as heap_merge
from operator import attrgetter

from backroom.costs import shipped_prices
from backroom.deployment import Deployment
from backroom.errors import ManifestMissingError
from backroom.layout import RunLayout
from backroom.manifest.reader import ManifestReader
from backroom.parallel import in_order
from backroom.planning.definitions import pinned_row
from backroom.planning.job import JobRow
from backroom.planning.limits import limits_of
from backroom.planning.summary import PlanSummary
from backroom.recording.checkpoints import Checkpoints
from backroom.recording.heads import Head, read_heads, split_portions
from backroom.recording.poison import Poison
from backroom.recording.prospects import Prospects
from backroom.recording.request import ArrayResult
from backroom.recording.results import Reports
from backroom.recording.seen import with_facts
from backroom.recording.settle import Settler, stages_of
from backroom.recording.stages import Arrays, StageOfWave, Step
from backroom.recording.steps import steps_of
from backroom.records import PortionRecord
from backroom.storage.objects import read_json

THREADS = 12
"""Portions that are settled at once; a result is read in some 20 ms."""


@dataclass(frozen=True, slots=True)
class PlannedWave:
    """A wave as it was planned, and what the run still has before it."""

    layout: RunLayout
    plan: PlanSummary
    row: JobRow
    steps: Sequence[Step]
    """The job's stages, in their order."""
    prospects: Prospects

    @property
    def number(self) -> int:
        """Which wave of the run it is, from 1."""
        return self.prospects.wave

    @property
    def tolerances(self) -> Mapping[str, float]:
        """The share of portions that may fail, of tenants that have their own."""
        own = ((tenant.tenant, tenant.limits.portion_tolerance) for tenant in self.plan.tenants)
        return {tenant: share for tenant, share in own if share is not None}

    def ended(self, stopped: bool) -> "PlannedWave":
        """Give the same wave as the last of a run whose execution has ended."""
        return replace(self, prospects=replace(self.prospects, ended=True, stopped=stopped))


def read_wave(deployment: Deployment, layout: RunLayout, wave: int) -> PlannedWave:
    """Read how a wave was planned.

    Raises ManifestMissingError, and what is wrong with the definition that the run holds on to.
    """
    stored = read_json(deployment.s3, deployment.settings.bucket, layout.plan(wave))
    if stored is None:
        place = f"s3://{deployment.settings.bucket}/{layout.plan(wave)}"
        raise ManifestMissingError(f"there is no {place}: wave {wave} was not planned; start a new run")
    plan = PlanSummary.from_json(stored)
    row = pinned_row(deployment.batch, plan.definition)
    return PlannedWave(layout, plan, row, steps_of(plan.stages), Prospects(wave, limits_of(row, plan)))


def wave_records(deployment: Deployment, wave: PlannedWave, arrays: Sequence[ArrayResult]) -> Iterator[PortionRecord]:
    """Yield the record of every portion of a wave, and of those that were split for it, sorted by portion.

    Before it says anything but success of a portion it closes it. Raises ManifestMissingError, ManifestCorruptError,
    botocore's ClientError.
    """
    reader = ManifestReader(deployment.s3, deployment.settings.bucket, wave.layout, wave.number)
    heads = read_heads(reader)
    stages = [_stage(deployment, wave, step, arrays) for step in wave.steps]
    for stage in stages:
        stage.look_up(deployment.batch, _coming(heads, stages, stage))
    settler, poison = Settler(stages, wave.prospects), Poison(reader, stages, wave.prospects)
    known = with_facts(heads, deployment.live.of(wave.layout.run))
    settled = in_order(lambda of: poison.named(of[0], settler.settle(*of)), known, THREADS)
    yield from heap_merge(settled, split_portions(heads, wave.number), key=attrgetter("portion"))


def _stage(deployment: Deployment, wave: PlannedWave, step: Step, arrays: Sequence[ArrayResult]) -> StageOfWave:
    s3, bucket, layout = deployment.s3, deployment.settings.bucket, replace(wave.layout, stage=step.name)
    own = Arrays(array for array in arrays if array.stage == step.name)
    reports, checkpoints = Reports(s3, bucket, layout), Checkpoints(s3, bucket, layout)
    return StageOfWave(step, wave.number, own, reports, checkpoints, shipped_prices())


def _coming(heads: Sequence[Head], stages: Sequence[StageOfWave], stage: StageOfWave) -> Iterator[Head]:
    """Yield the portions that may have begun this stage: those without a result of what comes before have not."""
    if len(stages) == 1:
        yield from heads
        return
    before = [other for other in stages if other.step.name in stage.step.after]
    for head in heads:
        ready = all(other.reports.has_result(head.portion) for other in before)
        if stage in stages_of(head, stages) and (ready or head.only):
            yield head
