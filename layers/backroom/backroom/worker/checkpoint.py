"""The checkpoint: what a portion's attempts have done so far, kept in S3 and fenced by attempt.

Every save is a compare-and-swap on the ETag. Who finds that a later attempt has saved is a zombie and gives way; who
finds an earlier one's (a zombie that woke up) overwrites it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import orjson

from backroom.worker.bucket import Bucket
from backroom.worker.endings import Superseded
from backroom.worker.log import Log
from backroom.worker.progress import Failure, Tally


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Progress of a portion and what it has cost, over all its attempts."""

    portion: int
    wave: int
    attempt: int
    digest: str
    """Of the portion's items and parameters (Portion.digest)."""
    tally: Tally
    read: int
    written: int
    seconds: float

    def to_json(self) -> bytes:
        """As it lies in S3 (docs/architecture.md, Checkpoint)."""
        return orjson.dumps(
            {
                "portion": self.portion,
                "wave": self.wave,
                "attempt": self.attempt,
                "digest": self.digest,
                "done": self.tally.succeeded,
                "skipped": self.tally.skipped,
                "failures": [asdict(failure) for failure in self.tally.failures],
                "bytes": {"read": self.read, "written": self.written},
                "seconds": round(self.seconds, 3),
            }
        )


def parse_checkpoint(body: bytes) -> Checkpoint:
    """The checkpoint of its JSON. Raises ValueError, KeyError or TypeError when it is none."""
    record = orjson.loads(body)
    failures = tuple(Failure(**failure) for failure in record["failures"])
    tally = Tally(tuple(record["done"]), tuple(record["skipped"]), failures)
    spent = record["bytes"]
    return Checkpoint(
        int(record["portion"]), int(record["wave"]), int(record["attempt"]), record["digest"], tally,
        int(spent["read"]), int(spent["written"]), float(record["seconds"]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What lies at a checkpoint's key: the checkpoint, if it is one, and the ETag to replace it by."""

    checkpoint: Checkpoint | None
    etag: str | None


def load_checkpoint(bucket: Bucket, key: str, log: Log) -> Found:
    """What earlier attempts saved. An unreadable checkpoint counts as none: its items are done again."""
    try:
        body, etag = bucket.get_with_etag(key)
    except FileNotFoundError:
        return Found(None, None)
    try:
        return Found(parse_checkpoint(body), etag)
    except (ValueError, KeyError, TypeError) as error:
        log.warning("checkpoint is unreadable, starting over", key=key, error=str(error))
        return Found(None, etag)


def give_way(other: Checkpoint | None, wave: int, attempt: int) -> None:
    """Raises Superseded if the checkpoint is a later attempt's than this."""
    if other and (other.wave, other.attempt) > (wave, attempt):
        raise Superseded(
            f"attempt {other.attempt} of wave {other.wave} works on portion {other.portion}: "
            f"attempt {attempt} of wave {wave} gives way"
        )


@dataclass(slots=True)
class CheckpointFile:
    """The checkpoint in S3, from one attempt's point of view."""

    bucket: Bucket
    key: str
    log: Log
    etag: str | None
    """Of what this attempt knows to lie there; None: nothing."""

    def save(self, current: Callable[[], Checkpoint]) -> None:
        """Save what `current` gives. Raises Superseded when a later attempt has saved, Outage, NoPermission."""
        while True:
            mine = current()
            etag = self.bucket.replace(self.key, mine.to_json(), self.etag)
            if etag is not None:
                self.etag = etag
                return
            found = load_checkpoint(self.bucket, self.key, self.log)
            self.etag = found.etag
            give_way(found.checkpoint, mine.wave, mine.attempt)
