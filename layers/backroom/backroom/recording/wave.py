"""Finds out what became of every portion of a wave, and closes those that did not succeed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from heapq import merge as heap_merge
from operator import attrgetter

from backroom.costs import shipped_prices
from backroom.deployment import Deployment
from backroom.layout import RunLayout
from backroom.manifest.reader import ManifestReader
from backroom.parallel import in_order
from backroom.recording.checkpoints import Checkpoints
from backroom.recording.heads import Head, read_heads, split_portions
from backroom.recording.prospects import Prospects
from backroom.recording.request import ArrayResult
from backroom.recording.results import Reports
from backroom.recording.settle import Settler, stages_of
from backroom.recording.stages import Arrays, StageOfWave, Step
from backroom.records import PortionRecord

THREADS = 12
"""Portions that are settled at once; a result is read in some 20 ms."""


def wave_records(
    deployment: Deployment,
    layout: RunLayout,
    steps: Sequence[Step],
    arrays: Sequence[ArrayResult],
    prospects: Prospects,
) -> Iterator[PortionRecord]:
    """Yield the record of every portion of a wave, and of those that were split for it, sorted by portion.

    `steps` are the job's stages in their order. Before it says anything but success of a portion it closes it.
    Raises ManifestMissingError, ManifestCorruptError, botocore's ClientError.
    """
    heads = read_heads(ManifestReader(deployment.s3, deployment.settings.bucket, layout, prospects.wave))
    stages = [_stage(deployment, layout, step, arrays, prospects.wave) for step in steps]
    for stage in stages:
        stage.look_up(deployment.batch, _coming(heads, stages, stage))
    settled = in_order(Settler(stages, prospects).settle, heads, THREADS)
    yield from heap_merge(settled, split_portions(heads, prospects.wave), key=attrgetter("portion"))


def _stage(
    deployment: Deployment, layout: RunLayout, step: Step, arrays: Sequence[ArrayResult], wave: int
) -> StageOfWave:
    s3, bucket, of_stage = deployment.s3, deployment.settings.bucket, replace(layout, stage=step.name)
    own = Arrays(array for array in arrays if array.stage == step.name)
    reports = Reports(s3, bucket, of_stage)
    return StageOfWave(step, wave, own, reports, Checkpoints(s3, bucket, of_stage), shipped_prices())


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
