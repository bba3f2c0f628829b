"""Cuts the groups of an index into array jobs of AWS Batch."""

from collections.abc import Iterator, Sequence

from backroom.planning.request import ArrayJob
from backroom.planning.summary import GroupPlan

LARGEST_ARRAY = 10_000
"""Children that one array job may have."""


def arrays(groups: Sequence[GroupPlan]) -> tuple[ArrayJob, ...]:
    """Give the array jobs of the groups, which follow each other in the index, as large as Batch takes them."""
    cut: list[ArrayJob] = []
    begin = 0
    for planned in groups:
        cut += _cut(planned, begin)
        begin += planned.portions
    return tuple(cut)


def _cut(planned: GroupPlan, begin: int) -> Iterator[ArrayJob]:
    end, group = begin + planned.portions, planned.group
    for start in range(begin, end, LARGEST_ARRAY):
        yield ArrayJob(offset=start, size=min(LARGEST_ARRAY, end - start), queue=group.queue, memory=group.memory)
