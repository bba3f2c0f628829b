"""The fence around a portion: its checkpoint, which an attempt has to claim before it does anything.

Every write is a compare-and-swap on the ETag, so that of any two attempts (one may be a zombie that Batch gave up
long ago) only the later one can save, seal or, by the order of steps, write a result.
"""

from dataclasses import dataclass, replace

from backroom.layout import RunLayout
from backroom.words import CheckpointState
from backroom.worker.bucket import Bucket
from backroom.worker.checkpoint import Checkpoint, Found, give_way, load_checkpoint, restorable
from backroom.worker.endings import Superseded
from backroom.worker.log import Log
from backroom.worker.patience import Patience
from backroom.worker.portion import Portion
from backroom.worker.progress import Tally


@dataclass(slots=True)
class CheckpointFile:
    """The checkpoint in S3, from the point of view of the attempt that has claimed it."""

    bucket: Bucket
    key: str
    log: Log
    etag: str | None
    """Of what this attempt wrote there last."""
    sealed: bool = False
    """Whether this attempt has sealed it: then there is nothing more to save."""

    def save(self, mine: Checkpoint, patience: Patience | None = None) -> None:
        """Replace it. Raises Superseded and Closed when it is no longer this attempt's, Outage, NoPermission."""
        bucket = self.bucket.patient(patience) if patience else self.bucket
        body = mine.to_json()
        while (etag := bucket.replace(self.key, body, self.etag)) is None:
            found = load_checkpoint(bucket, self.key, self.log)
            if found.checkpoint and found.checkpoint.to_json() == body:
                etag = found.etag  # it was written, and the answer was lost
                break
            self._refuse(found, mine)
        self.etag, self.sealed = etag, mine.state is CheckpointState.SEALED

    def _refuse(self, found: Found, mine: Checkpoint) -> None:
        """Raise what it means that another one's lies there; S3 also refuses when two writes merely meet."""
        give_way(found.checkpoint, mine.wave, mine.attempt)
        if found.etag != self.etag:
            raise Superseded(
                f"s3://{self.bucket.name}/{self.key} was changed or deleted by another than the attempt that had "
                "claimed it, which gives way"
            )


@dataclass(frozen=True, slots=True)
class Claimed:
    """The portion is this attempt's to do."""

    file: CheckpointFile
    before: Checkpoint | None
    """What was done of it already."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A portion's checkpoint, from the point of view of an attempt that comes to it."""

    bucket: Bucket
    layout: RunLayout
    portion: Portion
    wave: int
    attempt: int
    log: Log

    def claim(self) -> Claimed | Checkpoint:
        """Make the portion this attempt's; its checkpoint, if that is sealed already.

        Raises Superseded when a later attempt has it, Closed when it was given up, Outage, NoPermission.
        """
        key = self.layout.checkpoint(self.portion.portion)
        # The first attempt will find none, and need not ask first: the claim is refused if there is one.
        found = Found(None, None) if (self.wave, self.attempt) == (1, 1) else self._load(key)
        while True:
            if found.checkpoint and found.checkpoint.state is CheckpointState.SEALED:
                return found.checkpoint
            give_way(found.checkpoint, self.wave, self.attempt)
            before = restorable(found.checkpoint, self.portion, self.wave) or self._from_home()
            etag = self.bucket.replace(key, self._first(before).to_json(), found.etag)
            if etag is not None:
                return Claimed(CheckpointFile(self.bucket, key, self.log, etag), before)
            found = self._load(key)

    def _load(self, key: str) -> Found:
        return load_checkpoint(self.bucket, key, self.log)

    def _from_home(self) -> Checkpoint | None:
        """What an earlier run did of this portion. What that cost is in that run's own record."""
        for run in self.portion.homes:
            home = replace(self.layout, run=run)
            there = load_checkpoint(self.bucket, home.checkpoint(self.portion.portion), self.log).checkpoint
            if there and there.digest == self.portion.digest:
                done = replace(there.tally, failures=())
                return replace(self._first(None), tally=done)
        return None

    def _first(self, before: Checkpoint | None) -> Checkpoint:
        """The checkpoint by which this attempt claims."""
        known = before or Checkpoint(self.portion.portion, 0, 0, self.portion.digest, Tally(), 0, 0, 0.0)
        return replace(known, wave=self.wave, attempt=self.attempt, declared=self.portion.declared)
