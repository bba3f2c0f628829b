"""Reads the portions of runs, keeping what cannot change any more, and of the rest asking only for what has."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from time import monotonic

from backroom.errors import ManifestMissingError
from backroom.layout import RunLayout
from backroom.live import LivePortion
from backroom.recording.outcomes import read_outcomes
from backroom.records import RunRecord
from backroom.words import RunStatus

from backroom_console.reader import Reader
from backroom_console.web.cells import Cell, Cells, recorded, seen, waiting
from backroom_console.web.kept import Kept
from backroom_console.web.planned import read_planned

_RUNS = 6
"""Runs whose portions are kept: some 5 MB each of 10,000 portions."""
_MANY = 2000
"""Portions of a run that goes on that a page is not kept waiting for: some 0.1 ms of work each."""
_FRESH_SECONDS = 1.0
"""For how long what is known of a wave that is not recorded does for all that is shown of it."""
_OVERLAP_SECONDS = 10
"""How far the clocks of those who write may be apart, and their writes not yet seen everywhere."""


@dataclass(slots=True)
class _Going:
    """What events told of a run's portions, so far."""

    cells: dict[int, Cell] = field(default_factory=dict)
    written_at: int = 0
    """When the latest of it was written (epoch seconds, by the clock of who wrote it)."""
    known_for: float = 0.0
    """Since when that is known (by the clock here)."""

    def since(self, now: float) -> int:
        """Give since when (epoch seconds) what was written may not have been seen yet."""
        if not self.written_at:
            return 0
        if now - self.known_for > 2 * _OVERLAP_SECONDS:
            # Whoever writes now writes a later time, however slow the clock; what was is not read over and over.
            return self.written_at + 1
        return self.written_at - _OVERLAP_SECONDS

    def saw(self, live: LivePortion, now: float) -> None:
        """Take note of when a portion was written."""
        if live.written_at > self.written_at:
            self.written_at, self.known_for = live.written_at, now


class Portions:
    """Gives portions as cells. Every method raises botocore's ClientError, and ManifestCorruptError."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._recorded: Kept[tuple[str, int], Cells] = Kept(_RUNS, inf)
        self._planned: Kept[tuple[str, int], Cells] = Kept(_RUNS, inf)
        self._going: Kept[tuple[str, int], _Going] = Kept(_RUNS, inf)
        self._fresh: Kept[tuple[str, int], Cells] = Kept(_RUNS, _FRESH_SECONDS, clock)

    def takes_long(self, run: RunRecord) -> bool:
        """Say whether reading the portions of a run will take longer than anybody waits for a page."""
        return run.goes_on and run.portions > _MANY and not self._going.has((run.run, run.wave))

    def of_story(self, reader: Reader, runs: Sequence[RunRecord]) -> Cells:
        """Give the portions of a run, or of one and those that resumed it, each as the latest that had it knows it."""
        if len(runs) == 1:
            return self.of(reader, runs[0])
        found: dict[int, Cell] = {}
        for run in runs:
            found |= self.of(reader, run)
        return dict(sorted(found.items()))

    def of(self, reader: Reader, run: RunRecord) -> Cells:
        """Give the portions of one run, in order."""
        if run.status is RunStatus.PLANNING:
            return {}
        key = run.run, run.wave
        with suppress(ManifestMissingError):
            return self._recorded.get(key, lambda: _read(reader, run, run.wave))
        return self._fresh.get(key, lambda: self._unrecorded(reader, run))

    def _unrecorded(self, reader: Reader, run: RunRecord) -> Cells:
        """Give the portions of a run whose latest wave has no outcomes: it goes on, or they are gone, or never were."""
        if not run.goes_on:
            return {one.portion: recorded(run.run, one) for one in reader.portions(run, None, None)}
        try:
            planned = self._planned.get((run.run, run.wave), lambda: self._of_plan(reader, run))
        except ManifestMissingError:
            planned = {}
        going = self._going.get((run.run, run.wave), _Going)
        self._look(reader, run, planned, going)
        return {**planned, **going.cells}

    def _of_plan(self, reader: Reader, run: RunRecord) -> Cells:
        """Give the portions before anything of the wave is known: those of the waves before, and its own."""
        connection, wave = reader.connection, run.wave
        before = self._recorded.get((run.run, wave - 1), lambda: _read(reader, run, wave - 1)) if wave > 1 else {}
        planned = read_planned(connection.s3, connection.outputs.bucket, RunLayout(run.job, run.run), wave)
        found = {**before}
        found |= {number: waiting(run.run, number, tenant, wave, before.get(number)) for number, tenant in planned}
        return found

    def _look(self, reader: Reader, run: RunRecord, planned: Cells, going: _Going) -> None:
        """Take in what was written since the last look."""
        now = self._clock()
        for live in reader.connection.live.of(run.run, going.since(now)):
            going.saw(live, now)
            if live.latest.wave >= run.wave:
                going.cells[live.portion] = seen(run.run, live, planned.get(live.portion))


def _read(reader: Reader, run: RunRecord, wave: int) -> Cells:
    """Give the portions after a wave; raises ManifestMissingError while it is not recorded."""
    connection = reader.connection
    found = read_outcomes(connection.s3, connection.outputs.bucket, RunLayout(run.job, run.run), wave)
    return {record.portion: recorded(run.run, record) for record in found}
