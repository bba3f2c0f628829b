"""Brings the tenants' ledgers up to date with what a wave finished."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from backroom import layout as keys
from backroom import ledger
from backroom.deployment import Deployment
from backroom.errors import LedgerCorruptError
from backroom.layout import RunLayout
from backroom.manifest.index import Entry
from backroom.manifest.portion import Portion
from backroom.manifest.reader import ManifestReader
from backroom.observability import logger
from backroom.parallel import in_order
from backroom.recording.checkpoints import Checkpoints
from backroom.recording.outcomes import read_outcomes
from backroom.recording.results import failed_items
from backroom.records import PortionRecord
from backroom.words import Outcome

THREADS = 8
"""Tenants at once; each holds a portion, a part of its old ledger and one of its new one."""
NEVER = -1
"""No wave."""


class _Told(NamedTuple):
    """What of a portion's stage tells which items it finished: a success's failed items, or else its checkpoint."""

    stage: str = ""
    succeeded: bool = True
    failed_items: str | None = None


class _Finished(NamedTuple):
    """A portion that was finished in part or whole, and where its line is."""

    wave: int
    entry: Entry
    stages: tuple[_Told, ...]


class _OutOfOrder(Exception):  # noqa: N818 - no error, but a reason to go another way
    """The portions of a tenant do not follow each other by the ids of their items."""


_WHOLE = (_Told(),)


def update_ledgers(deployment: Deployment, layout: RunLayout, wave: int) -> None:
    """Merge the items that this wave finished into their tenants' ledgers; may be repeated.

    Of a stage that succeeded that is every item, of another one what its checkpoint says; an item is finished that all
    stages have finished, those that combine a tenant's portions among them. A ledger that cannot be read is left, and
    said so in the log: the planner will leave its tenant out, with the reason.
    """
    outcomes = partial(read_outcomes, deployment.s3, deployment.settings.bucket, layout, wave)
    ledgers = _Ledgers(deployment, layout)
    finished = ledgers.finished(outcomes(), _combined(outcomes()), wave)
    for _ in in_order(partial(_update, ledgers), finished.items(), THREADS):
        pass


@dataclass(frozen=True, slots=True)
class _Ledgers:
    deployment: Deployment
    layout: RunLayout
    _readers: dict[int, ManifestReader] = field(default_factory=dict)

    def reader(self, wave: int) -> ManifestReader:
        """Give the manifest of a wave."""
        if wave not in self._readers:
            bucket = self.deployment.settings.bucket
            self._readers[wave] = ManifestReader(self.deployment.s3, bucket, self.layout, wave)
        return self._readers[wave]

    def finished(
        self, outcomes: Iterable[PortionRecord], combined: Mapping[str, int], wave: int
    ) -> Mapping[str, Sequence[_Finished]]:
        """Give what was finished for each tenant in this wave, or with it because it combined what was done before."""
        found = defaultdict(list)
        places = dict[int, dict[int, Entry]]()
        for record in outcomes:
            counts = combined.get(record.tenant, record.wave) == wave
            told = _told(record) if counts and not record.split_into else ()
            if told:
                if record.wave not in places:
                    places[record.wave] = {entry.portion: entry for entry in self.reader(record.wave).entries}
                place = places[record.wave][record.portion]
                found[record.tenant].append(_Finished(record.wave, place, told))
        return {tenant: sorted(portions) for tenant, portions in found.items()}

    def portions(self, finished: Sequence[_Finished]) -> Iterator[Portion]:
        """Yield the portions themselves, in the same order."""
        for wave, of_wave in groupby(finished, key=attrgetter("wave")):
            yield from self.reader(wave).portions_at([portion.entry for portion in of_wave])

    def news(self, finished: Sequence[_Finished]) -> Iterator[ledger.Entry]:
        """Yield what the portions finished, in the order of `finished`, which is that of the lines."""
        for portion, told in zip(self.portions(finished), finished, strict=True):
            try:
                yield from self._of(portion, told.stages)
            except ValueError:
                # Which items were done cannot be told: the next run does them all again, which does no harm.
                logger.exception("It cannot be told which items were done", extra={"portion": portion.portion})

    def _of(self, portion: Portion, stages: Iterable[_Told]) -> Iterator[ledger.Entry]:
        s3, bucket = self.deployment.s3, self.deployment.settings.bucket
        done, failed = set(range(len(portion.items))), dict[str, str]()
        for told in stages:
            if told.failed_items is not None:
                failed |= failed_items(s3, bucket, told.failed_items)
            if not told.succeeded:
                done &= Checkpoints(s3, bucket, replace(self.layout, stage=told.stage)).finished(portion.portion)
        items = (portion.items[index] for index in sorted(done))
        return (ledger.Entry(item.id, item.version, failed.get(item.id, ledger.OK)) for item in items)


def _combined(outcomes: Iterable[PortionRecord]) -> dict[str, int]:
    """Give, of the tenants whose portions are combined, the wave in which the last of that succeeded; else NEVER."""
    found = dict[str, int]()
    for record in outcomes:
        if record.only is not None:
            so_far = found.get(record.tenant, 0)
            succeeded = record.outcome is Outcome.SUCCEEDED and so_far != NEVER
            found[record.tenant] = max(so_far, record.wave) if succeeded else NEVER
    return found


def _told(record: PortionRecord) -> tuple[_Told, ...]:
    """Say where it stands which items of a portion are finished; nothing if none can be."""
    stages = record.by_stage
    if record.only is not None or any(stage.outcome is Outcome.SKIPPED for stage in stages.values()):
        return ()
    if record.outcome is not Outcome.SUCCEEDED and record.unfinished == record.planned:
        return ()
    told = tuple(_Told(name, *_end(stage.outcome, stage.failed_items)) for name, stage in stages.items())
    return _WHOLE if told == _WHOLE else told


def _end(outcome: Outcome, failed: str | None) -> tuple[bool, str | None]:
    return (True, failed) if outcome is Outcome.SUCCEEDED else (False, None)


def _update(ledgers: _Ledgers, finished: tuple[str, Sequence[_Finished]]) -> None:
    tenant, portions = finished
    fingerprint = next(ledgers.portions(portions[:1])).fingerprint
    s3, bucket = ledgers.deployment.s3, ledgers.deployment.settings.bucket
    update = partial(ledger.update, s3, bucket, keys.ledger(ledgers.layout.job, tenant), fingerprint)
    try:
        try:
            update(lambda: _ascending(ledgers.news(portions)))
        except _OutOfOrder:
            # Parts of what was split stand elsewhere than the items they were cut from; of these there are not many.
            update(lambda: sorted(ledgers.news(portions)))
    except LedgerCorruptError:
        logger.exception("A ledger cannot be read", extra={"tenant": tenant})


def _ascending(entries: Iterable[ledger.Entry]) -> Iterator[ledger.Entry]:
    """Yield the entries as long as they are sorted by id; raises _OutOfOrder."""
    last = ""
    for entry in entries:
        if entry.id < last:
            raise _OutOfOrder
        yield entry
        last = entry.id
