"""Writes down what Batch's events say of portions, while a run goes on (docs/architecture.md, Functions).

Any event may come twice, late or never: what is written is a join of facts (facts.py), and the recorder needs none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import ClientError

from backroom.errors import ManifestMissingError
from backroom.layout import RunLayout
from backroom.live import LivePortions
from backroom.manifest.index import ENTRY_BYTES, unpack
from backroom.parallel import in_order
from backroom.recording.batch_events import BlockedQueue, Sighting, blocked, sighting
from backroom.recording.facts import joined
from backroom.storage.objects import chunks, open_object

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

THREADS = 12
"""Portions that are written at once, each in two requests of some 5 ms."""
INDEXES = 8
"""How many indexes are kept, 16 bytes a portion: enough for the waves of the runs that go on at once."""
_Place = tuple[RunLayout, int, int]
"""A run, a wave, and the entry of its index."""


@dataclass(slots=True)
class Observed:
    """What came of a batch of messages."""

    written: int = 0
    known: int = 0
    """Portions of which nothing was news."""
    passed_over: int = 0
    """Messages that are of no portion, or of one that is not in its manifest."""
    failed: list[str] = field(default_factory=list)
    """Ids of the messages that are to come again."""
    blocked: list[BlockedQueue] = field(default_factory=list)
    """Queues that are held up, a time for each message that says so."""


class Observer:
    """Turns messages into what is seen of portions; keeps the indexes of the waves that it saw last."""

    def __init__(self, s3: "S3Client", bucket: str, stack: str, live: LivePortions) -> None:
        self._s3, self._bucket, self._stack, self._live = s3, bucket, stack, live
        # An index is written once, so what is kept of it is never out of date.
        self._index = lru_cache(INDEXES)(self._read_index)

    def observe(self, messages: Iterable[Mapping[str, Any]], now: datetime) -> Observed:
        """Take the records of an event of SQS, each with an event of EventBridge as its body."""
        observed, places = Observed(), defaultdict[_Place, list[tuple[str, Sighting]]](list)
        for message in messages:
            try:
                event = orjson.loads(message["body"])
                if (queue := blocked(event)) is not None:
                    observed.blocked.append(queue)
                    continue
                seen = sighting(event["detail"], self._stack)
            except (ValueError, KeyError, TypeError, AttributeError):
                observed.failed.append(message["messageId"])
                continue
            if seen is None:
                observed.passed_over += 1
            else:
                places[seen.layout, seen.wave, seen.position].append((message["messageId"], seen))
        for outcome in in_order(lambda seen: self._note(seen, now), places.values(), THREADS):
            _count(observed, *outcome)
        return observed

    def _note(
        self, seen: list[tuple[str, Sighting]], now: datetime
    ) -> tuple[list[str], bool | ManifestMissingError | ClientError]:
        ids, first = [message_id for message_id, _ in seen], seen[0][1]
        try:
            portion = self._portion(first)
            facts = joined(sighted.facts for _, sighted in seen)
            return ids, self._live.add(first.layout.run, portion, facts, now)
        except (ManifestMissingError, ClientError) as error:
            return ids, error

    def _portion(self, seen: Sighting) -> int:
        index, start = self._index(seen.layout, seen.wave), ENTRY_BYTES * seen.position
        if start >= len(index):
            raise ManifestMissingError(f"wave {seen.wave} of {seen.layout.run!r} has no entry {seen.position}")
        return unpack(index[start : start + ENTRY_BYTES])[0].portion

    def _read_index(self, layout: RunLayout, wave: int) -> bytes:
        opened = open_object(self._s3, self._bucket, layout.index(wave))
        if opened is None:
            raise ManifestMissingError(f"there is no s3://{self._bucket}/{layout.index(wave)}")
        return b"".join(chunks(opened.body))


def _count(observed: Observed, ids: list[str], outcome: bool | ManifestMissingError | ClientError) -> None:
    match outcome:
        case True:
            observed.written += 1
        case False:
            observed.known += 1
        case ManifestMissingError():
            observed.passed_over += len(ids)
        case ClientError():
            observed.failed += ids
