"""Brings the tenants' ledgers up to date with what a wave finished."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
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


class _Told(NamedTuple):
    """What of a portion's stage tells which items it finished: a success's failed items, or else its checkpoint."""

    stage: str = ""
    succeeded: bool = True
    failed_items: str | None = None


class _Finished(NamedTuple):
    """A portion that was finished in part or whole."""

    entry: Entry
    stages: tuple[_Told, ...]


class _OutOfOrder(Exception):  # noqa: N818 - no error, but a reason to go another way
    """The portions of a tenant do not follow each other by the ids of their items."""


_WHOLE = (_Told(),)


def update_ledgers(deployment: Deployment, layout: RunLayout, wave: int) -> None:
    """Merge the items that this wave finished into their tenants' ledgers; may be repeated.

    Of a stage that succeeded that is every item, of another one what its checkpoint says; an item is finished that all
    stages have finished. A ledger that cannot be read is left, and said so in the log: the planner will leave its
    tenant out, with the reason.
    """
    reader = ManifestReader(deployment.s3, deployment.settings.bucket, layout, wave)
    finished = _by_tenant(read_outcomes(deployment.s3, deployment.settings.bucket, layout, wave), wave, reader)
    update = partial(_update, _Ledgers(deployment, reader, layout))
    for _ in in_order(update, finished.items(), THREADS):
        pass


@dataclass(frozen=True, slots=True)
class _Ledgers:
    deployment: Deployment
    reader: ManifestReader
    layout: RunLayout

    def news(self, finished: Sequence[_Finished]) -> Iterator[ledger.Entry]:
        """Yield what the portions finished, in the order of `finished`, which is that of the lines."""
        portions = self.reader.portions_at([portion.entry for portion in finished])
        for portion, told in zip(portions, finished, strict=True):
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
                saved = Checkpoints(s3, bucket, replace(self.layout, stage=told.stage)).read(portion.portion)
                done &= saved.finished if saved else set()
        items = (portion.items[index] for index in sorted(done))
        return (ledger.Entry(item.id, item.version, failed.get(item.id, ledger.OK)) for item in items)


def _by_tenant(
    outcomes: Iterable[PortionRecord], wave: int, reader: ManifestReader
) -> Mapping[str, Sequence[_Finished]]:
    of_wave = (record for record in outcomes if record.wave == wave and not record.split_into)
    finished = defaultdict(list)
    for entry, record in zip(sorted(reader.entries, key=attrgetter("portion")), of_wave, strict=True):
        told = _told(record)
        if told:
            finished[record.tenant].append(_Finished(entry, told))
    return {tenant: sorted(portions) for tenant, portions in finished.items()}


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
    fingerprint = next(ledgers.reader.portions_at([portions[0].entry])).fingerprint
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
