"""One stage of a wave as the recorder sees it: results, reports, checkpoints, and the arrays that were submitted."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from pydantic import ValidationError

from backroom.costs import Prices, Room
from backroom.recording.attempts import Place
from backroom.recording.batch_jobs import Trace, traces
from backroom.recording.checkpoints import Checkpoints, Saved
from backroom.recording.facts import Facts
from backroom.recording.heads import Head
from backroom.recording.reconcile import Evidence
from backroom.recording.request import ArrayResult
from backroom.recording.results import Report, Reports
from backroom.recording.seen import attempts_seen
from backroom.words import Capacity

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a job, and the room of its containers."""

    name: str = ""
    after: tuple[str, ...] = ()
    """The stages of the same portion that come before it."""
    combines: bool = False
    """It has portions of its own, one a tenant, that come after all others."""
    room: Room | None = None


class Arrays:
    """The arrays of a stage, by the entries of the index that run in them."""

    def __init__(self, arrays: Iterable[ArrayResult]) -> None:
        self._arrays = sorted(arrays, key=attrgetter("offset"))
        self._starts = [array.offset for array in self._arrays]

    def __iter__(self) -> Iterator[ArrayResult]:
        return iter(self._arrays)

    def at(self, position: int) -> ArrayResult | None:
        """Give the array in which this entry of the index runs; None if there is none."""
        before = bisect_right(self._starts, position)
        return self._arrays[before - 1] if before and position in self._arrays[before - 1] else None


@dataclass(frozen=True, slots=True)
class StageOfWave:
    """What is known of all portions' attempts at one stage in one wave."""

    step: Step
    wave: int
    arrays: Arrays
    reports: Reports
    checkpoints: Checkpoints
    prices: Prices
    found: dict[int, Trace] = field(default_factory=dict)
    """Batch's traces, by entries of the index."""

    def look_up(self, batch: "BatchClient", heads: Iterable[Head]) -> None:
        """Ask Batch for the traces of those portions that left no result. Raises botocore's ClientError."""
        missing = {head.position for head in heads if not self.reports.has_result(head.portion)}
        for array in self.arrays:
            wanted = {position for position in missing if position in array}
            self.found.update(traces(batch, array, self.wave, wanted))

    def evidence(self, head: Head, facts: Facts, waits_for: str | None) -> Evidence:
        """Gather what is known of a portion; `waits_for` is the stage before it that did not succeed, if any."""
        array = self.arrays.at(head.position)
        said = [report for report in self.reports.attempts(head.portion) if report.wave == self.wave]
        result, spoilt = self._result(head.portion)
        return Evidence(
            head.portion,
            head.tenant,
            self.wave,
            array,
            said,
            self.found.get(head.position),
            result,
            spoilt,
            self._place(head, array),
            attempts_seen(facts, self.wave, self.step.name),
            waits_for,
        )

    def publish(self, sealed: Saved) -> Report | None:
        """Write the result that a sealed checkpoint holds, and give it; None when it holds none."""
        try:
            result = Report.model_validate(sealed.result)
        except ValidationError:
            return None
        self.checkpoints.publish(sealed)
        return result

    def _result(self, portion: int) -> tuple[Report | None, str | None]:
        if not self.reports.has_result(portion):
            return None, None
        try:
            return self.reports.result(portion), None
        except ValueError as error:
            return None, str(error)

    def _place(self, head: Head, array: ArrayResult | None) -> Place:
        queue = (array and array.queue) or head.queue or Capacity.SPOT
        memory = array.memory if array else head.memory
        room = self.step.room
        if room and memory:
            room = replace(room, memory=memory)
        return Place(self.step.name, queue, room, self.prices)
