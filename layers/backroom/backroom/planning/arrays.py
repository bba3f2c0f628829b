"""Cuts the groups of an index into array jobs of AWS Batch, one for each stage. Pure.

A multi-node job is no array: the portions of a group that goes through such a stage are submitted each for itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from backroom.errors import PlanTooLargeError
from backroom.fargate import enough
from backroom.manifest.index import Group
from backroom.planning.request import After, ArrayJob
from backroom.planning.stages import Before
from backroom.planning.summary import GroupPlan, StagePlan
from backroom.words import Compute

LARGEST_ARRAY = 10_000
"""Children that one array job may have."""
MOST_ARRAYS = 1_000
"""Submissions of one wave: what the machine keeps of them has to fit into a state of Step Functions (256 KiB)."""
MOST_DEPENDENCIES = 20
"""Jobs that one of AWS Batch may wait for."""


class _Cut(NamedTuple):
    """Entries of one group that make an array."""

    group: Group
    offset: int
    size: int


def arrays(stages: Sequence[StagePlan], groups: Sequence[GroupPlan]) -> tuple[ArrayJob, ...]:
    """Give the array jobs of all groups, which follow each other in the index, each after those that it waits for.

    Of a chain each array of a stage waits for that of the same entries in the stage before (`each`), or for all arrays
    of that stage. What would wait for more arrays than Batch allows is left out, with what comes after it: its portions
    are never submitted, and so are tried again in the next wave, where they wait for less. Raises PlanTooLargeError.
    """
    cutting = _Cutting(stages, list(_cuts(groups, stages)))
    for stage in range(len(stages)):
        cutting.add(stage)
    if len(cutting.arrays) > MOST_ARRAYS:
        raise PlanTooLargeError(
            f"the wave takes {len(cutting.arrays):,} array jobs, at most {MOST_ARRAYS:,} can be submitted: raise the "
            "row's portion_items and portion_seconds, so that there are fewer portions, or name fewer tenants"
        )
    awaited = {after.array for array in cutting.arrays for after in array.after}
    return tuple(
        array.model_copy(update={"last": number not in awaited}) for number, array in enumerate(cutting.arrays)
    )


def _cuts(groups: Sequence[GroupPlan], stages: Sequence[StagePlan]) -> Iterator[_Cut]:
    begin = 0
    for planned in groups:
        end = begin + planned.portions
        alone = any(stages[number].nodes > 1 for number in range(len(stages)) if _runs(planned.group, number, stages))
        largest = 1 if alone else LARGEST_ARRAY
        for offset in range(begin, end, largest):
            yield _Cut(planned.group, offset, min(largest, end - offset))
        begin = end


def _runs(group: Group, number: int, stages: Sequence[StagePlan]) -> bool:
    """Whether a group's portions go through a stage in this wave."""
    stage = stages[number]
    if stage.combines or group.only is not None:
        return group.only == stage.name
    names = [stage.name for stage in stages]
    return not group.stage or number >= names.index(group.stage)


@dataclass(slots=True)
class _Cutting:
    """The arrays so far."""

    stages: Sequence[StagePlan]
    cuts: Sequence[_Cut]
    arrays: list[ArrayJob] = field(default_factory=list)
    known: dict[tuple[str, int], int | None] = field(default_factory=dict)
    """By stage and first entry, the place of the array; None of one that was left out."""

    def add(self, number: int) -> None:
        """Add the arrays of a stage; those of the stages before it are there."""
        stage = self.stages[number]
        for cut in self.cuts:
            if not _runs(cut.group, number, self.stages):
                continue
            waits = self._waits(cut, stage)
            self.known[stage.name, cut.offset] = None if waits is None else len(self.arrays)
            if waits is not None:
                self.arrays.append(_array(cut, number, stage, waits))

    def _waits(self, cut: _Cut, stage: StagePlan) -> list[After] | None:
        """What an array is to wait for; None if that cannot be."""
        waits = []
        for before in stage.after:
            for place in self._places(cut, before):
                if place is None:
                    return None
                waits.append(After(array=place, each=before.each and cut.size > 1))
        return waits if len(waits) <= MOST_DEPENDENCIES else None

    def _places(self, cut: _Cut, before: Before) -> Iterator[int | None]:
        if before.each:
            if (before.stage, cut.offset) in self.known:
                yield self.known[before.stage, cut.offset]
        elif cut.group.waits:
            yield from (place for (stage, _), place in self.known.items() if stage == before.stage)


def _array(cut: _Cut, number: int, stage: StagePlan, waits: Sequence[After]) -> ArrayJob:
    group = cut.group
    return ArrayJob(
        offset=cut.offset,
        size=cut.size,
        stage=number,
        queue=stage.queue(group.queue),
        memory=_memory(group.memory, stage),
        nodes=stage.nodes,
        after=tuple(waits),
    )


def _memory(wanted: int | None, stage: StagePlan) -> int | None:
    """MiB, None for the definition's: a later stage may have more than the one that ran out of it was given."""
    if wanted is None or wanted <= (stage.memory or 0):
        return None
    return wanted if stage.compute is Compute.EC2 else enough(stage.vcpus or 0, wanted)
