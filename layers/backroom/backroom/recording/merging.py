"""Puts records together: of a chain's stages, of a run's waves, of portions and the parts that they were split into.

Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from heapq import merge as heap_merge
from itertools import groupby, repeat

from backroom.records import Bytes, PortionRecord
from backroom.words import Cause, Outcome


def chained(stages: Mapping[str, PortionRecord]) -> PortionRecord:
    """Give a portion's record from those of its stages, in their order; a job without stages has one, of no name.

    Its outcome is that of the first stage that did not succeed.
    """
    if "" in stages:
        return stages[""]
    stopped = next((name for name in stages if stages[name].outcome is not Outcome.SUCCEEDED), list(stages)[-1])
    attempts = tuple(attempt for record in stages.values() for attempt in record.attempts)
    named = {name: record.as_stage() for name, record in stages.items()}
    return _summed(replace(stages[stopped], stage=stopped, stages=named, attempts=attempts))


def split(parent: int, tenant: str, wave: int, parts: Iterable[int]) -> PortionRecord:
    """Give the record of a portion that was split before `wave`; `merge_waves` adds what was known of it."""
    into = tuple(sorted(parts))
    message = f"split into {', '.join(map(str, into))}"
    return PortionRecord(parent, tenant, wave, Outcome.SKIPPED, Cause.OK, message, split_into=into)


def merge_waves(before: Iterable[PortionRecord], latest: Iterable[PortionRecord]) -> Iterator[PortionRecord]:
    """Put a wave's records in the place of those that they follow, attempts added up; all sorted by portion."""
    streams = zip(repeat("old"), before, strict=False), zip(repeat("new"), latest, strict=False)
    for _, pairs in groupby(heap_merge(*streams, key=_number), key=_number):
        found = dict(pairs)
        old, new = found.get("old"), found.get("new")
        if old is None or new is None:
            # What was split in an earlier run is not this run's.
            yield from (record for record in (old, new) if record and not (record is new and record.split_into))
        else:
            yield _followed(old, new)


def _number(told: tuple[str, PortionRecord]) -> int:
    return told[1].portion


def _followed(old: PortionRecord, new: PortionRecord) -> PortionRecord:
    if new.split_into:
        # Each wave that has parts of it names it anew; what the first one said holds.
        if old.split_into:
            return old
        return replace(old, wave=new.wave, outcome=new.outcome, message=new.message, split_into=new.split_into)
    earlier = tuple(attempt for attempt in old.attempts if attempt.wave < new.wave)
    stages = {**old.stages, **new.stages}
    latest = (attempt for attempt in new.attempts if attempt.wave >= new.wave)
    return _summed(replace(new, attempts=(*earlier, *latest), stages=stages))


def _summed(record: PortionRecord) -> PortionRecord:
    """Sum up what a portion's stages took; a job without stages has nothing to sum up."""
    if not record.stages:
        return record
    spent = sum((stage.bytes for stage in record.stages.values()), Bytes())
    return replace(record, bytes=spent, seconds=sum(stage.seconds for stage in record.stages.values()))
