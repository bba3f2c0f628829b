"""Brings the tenants' ledgers up to date with what a wave finished."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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
from backroom.recording.outcomes import read_outcomes
from backroom.recording.results import checkpoint, checkpointed, failed_items
from backroom.words import Outcome

THREADS = 8
"""Tenants at once; each holds a portion, a part of its old ledger and one of its new one."""


class _Finished(NamedTuple):
    """A portion that was finished in part or whole, and the key that tells what: failed items, or a checkpoint."""

    entry: Entry
    failed_items: str | None = None
    checkpoint: str | None = None


def update_ledgers(deployment: Deployment, layout: RunLayout, wave: int) -> None:
    """Merge the items that this wave finished into their tenants' ledgers; may be repeated.

    Of a portion that succeeded that is every item, of another one what its checkpoint says. A ledger that cannot be
    read is left, and said so in the log: the planner will leave its tenant out, with the reason.
    """
    reader = ManifestReader(deployment.s3, deployment.settings.bucket, layout, wave)
    finished = _by_tenant(deployment, layout, wave, reader)
    update = partial(_update, _Ledgers(deployment, reader, layout.job))
    for _ in in_order(update, finished.items(), THREADS):
        pass


@dataclass(frozen=True, slots=True)
class _Ledgers:
    deployment: Deployment
    reader: ManifestReader
    job: str

    def news(self, finished: Sequence[_Finished]) -> Iterator[ledger.Entry]:
        """Yield what the portions finished, sorted by id as they are."""
        portions = self.reader.portions_at([portion.entry for portion in finished])
        for portion, told in zip(portions, finished, strict=True):
            try:
                yield from self._of(portion, told)
            except (ValueError, KeyError, IndexError):
                # Which items were done cannot be told: the next run does them all again, which does no harm.
                logger.exception("It cannot be told which items were done", extra={"portion": portion.portion})

    def _of(self, portion: Portion, told: _Finished) -> list[ledger.Entry]:
        s3, bucket = self.deployment.s3, self.deployment.settings.bucket
        if told.checkpoint is not None:
            done = [portion.items[index] for index in checkpoint(s3, bucket, told.checkpoint)]
            return [ledger.Entry(item.id, item.version, ledger.OK) for item in done]
        failed = failed_items(s3, bucket, told.failed_items) if told.failed_items else {}
        return [ledger.Entry(item.id, item.version, failed.get(item.id, ledger.OK)) for item in portion.items]


def _by_tenant(
    deployment: Deployment, layout: RunLayout, wave: int, reader: ManifestReader
) -> Mapping[str, Sequence[_Finished]]:
    # In a manifest the portions are in order of their numbers, as they are in the outcomes.
    entries = sorted(reader.entries)
    saved = checkpointed(deployment.s3, deployment.settings.bucket, layout)
    outcomes = read_outcomes(deployment.s3, deployment.settings.bucket, layout, wave)
    of_wave = (record for record in outcomes if record.wave == wave)
    finished = defaultdict(list)
    for entry, record in zip(entries, of_wave, strict=True):
        if record.outcome is Outcome.SUCCEEDED:
            finished[record.tenant].append(_Finished(entry, record.failed_items))
        elif record.portion in saved:
            finished[record.tenant].append(_Finished(entry, checkpoint=layout.checkpoint(record.portion)))
    return finished


def _update(ledgers: _Ledgers, finished: tuple[str, Sequence[_Finished]]) -> None:
    tenant, portions = finished
    fingerprint = next(ledgers.reader.portions_at([portions[0].entry])).fingerprint
    bucket, key = ledgers.deployment.settings.bucket, keys.ledger(ledgers.job, tenant)
    try:
        ledger.update(ledgers.deployment.s3, bucket, key, fingerprint, partial(ledgers.news, portions))
    except LedgerCorruptError:
        logger.exception("A ledger cannot be read", extra={"tenant": tenant, "key": key})
