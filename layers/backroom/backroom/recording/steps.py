"""The stages of a run's job as it was planned, and what room their containers have. Pure."""

from collections.abc import Sequence

from backroom.planning.summary import StagePlan
from backroom.recording.stages import Step


def steps_of(stages: Sequence[StagePlan]) -> list[Step]:
    """Give a job's stages, in their order, by what their definitions said when they were pinned."""
    return [_step(stage) for stage in stages]


def _step(stage: StagePlan) -> Step:
    before = tuple(before.stage for before in stage.after if before.each)
    return Step(stage.name, before, stage.combines, stage.room())
