"""A run and those that resumed it, told as one: of each portion, what the latest of them made of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby

from backroom.recording.sums import Sums
from backroom.records import PortionRecord, RunRecord


@dataclass(frozen=True, slots=True)
class Story:
    """Runs of which each resumes the one before, the original first, and what they came to together."""

    runs: Sequence[RunRecord]
    sums: Sums = field(default_factory=Sums)

    @property
    def original(self) -> RunRecord:
        """The run that was planned."""
        return self.runs[0]

    @property
    def latest(self) -> RunRecord:
        """The run that has not been resumed."""
        return self.runs[-1]


def trace(run: RunRecord, get: Callable[[str], RunRecord]) -> list[RunRecord]:
    """Give all runs of the story that `run` is a part of, the original first; raises what `get` raises."""
    runs = [run]
    while (before := runs[0].resumes) is not None:
        runs.insert(0, get(before))
    while (after := runs[-1].resumed_by) is not None:
        runs.append(get(after))
    return runs


def told(runs: Sequence[RunRecord], portions: Callable[[str], Iterable[PortionRecord]]) -> Story:
    """Sum up runs by their portions, of which each run gives its own in order."""
    story = Story(runs)
    for record in latest_records([portions(run.run) for run in runs]):
        story.sums.add(record)
    return story


def latest_records(streams: Sequence[Iterable[PortionRecord]]) -> Iterator[PortionRecord]:
    """Yield every portion once, in order, as the last stream that has it knows it; each stream is in order."""
    # merge is stable: of the same portion, records come in the order of their streams.
    for _, same in groupby(merge(*streams, key=_number), key=_number):
        *_, latest = same
        yield latest


def _number(record: PortionRecord) -> int:
    return record.portion
