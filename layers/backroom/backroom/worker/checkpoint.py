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


@dataclass(slots=True)
class CheckpointFile:
    """The checkpoint in S3, of one attempt's point of view."""

    bucket: Bucket
    key: str
    log: Log
    _etag: str | None = None

    def load(self) -> Checkpoint | None:
        """What the attempts before this one saved, or None. An unreadable one counts as none: items are done again."""
        try:
            body, self._etag = self.bucket.get_with_etag(self.key)
            return parse_checkpoint(body)
        except FileNotFoundError:
            self._etag = None
        except (ValueError, KeyError, TypeError) as error:
            self.log.warning("checkpoint is unreadable, starting over", key=self.key, error=str(error))
        return None

    def save(self, current: Callable[[], Checkpoint]) -> None:
        """Save what `current` gives. Raises Superseded when a later attempt has saved, Outage, NoPermission."""
        while True:
            mine = current()
            etag = self.bucket.replace(self.key, mine.to_json(), self._etag)
            if etag is not None:
                self._etag = etag
                return
            other = self.load()
            if other and (other.wave, other.attempt) > (mine.wave, mine.attempt):
                raise Superseded(
                    f"attempt {other.attempt} of wave {other.wave} works on portion {mine.portion}: "
                    f"attempt {mine.attempt} of wave {mine.wave} gives way"
                )
