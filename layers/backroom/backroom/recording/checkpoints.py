"""Closes portions: after that no attempt changes what is recorded of them (docs/formal.md, Close before you give up).

A portion's checkpoint decides it. Before the recorder says anything but success of a portion it closes the checkpoint
by compare-and-swap; if it finds it sealed, the portion has succeeded, and the recorder writes the result itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from backroom.layout import RunLayout
from backroom.records import Bytes
from backroom.storage.listing import Listed, objects
from backroom.storage.objects import chunks, open_object, put_if
from backroom.words import Cause, CheckpointState, Outcome

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


class Closure(BaseModel):
    """As what a portion was closed, for whoever finds it so."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    cause: Cause
    message: str


class Saved(BaseModel):
    """A checkpoint (docs/architecture.md, Checkpoint); fields that only the worker knows are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")

    portion: int
    wave: int
    attempt: int
    digest: str = ""
    declared: bool = False
    """Its items are those that the stage declared, and their indexes none of the manifest's."""
    state: CheckpointState = CheckpointState.OPEN
    done: tuple[int, ...] = ()
    skipped: tuple[int, ...] = ()
    failures: tuple[dict[str, str], ...] = ()
    bytes: Bytes = Bytes()
    seconds: float = 0.0
    result: Mapping[str, Any] | None = None
    closure: Closure | None = None

    @property
    def finished(self) -> set[int]:
        """Which of the portion's items, as the manifest has them, need not be done again."""
        return set() if self.declared else {*self.done, *self.skipped}


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be written: `failed` or `cancelled` for good, or `open` for `wave`, the next one."""

    state: CheckpointState
    wave: int
    closure: Closure | None = None
    whole: "Decision | None" = None
    """What is to be written instead if the portion cannot be divided, which only its checkpoint says."""

    def of(self, saved: Saved) -> Saved | None:
        """Give the checkpoint that replaces `saved`; None if that stands as it is. Pure.

        What is decided stays decided, and a wave's attempts that are over stay so.
        """
        if saved.declared and self.whole:
            return self.whole.of(saved)
        if saved.state is not CheckpointState.OPEN:
            return None
        later = (self.wave, 0) if (saved.wave, saved.attempt) < (self.wave, 0) else (saved.wave, saved.attempt)
        owner = {"wave": later[0], "attempt": later[1]}
        if self.state is not CheckpointState.OPEN:
            return saved.model_copy(update=owner | {"state": self.state, "closure": self.closure})
        return None if later == (saved.wave, saved.attempt) else saved.model_copy(update=owner)


class Checkpoints:
    """The checkpoints of one stage of a run. Every method raises botocore's ClientError."""

    def __init__(self, s3: "S3Client", bucket: str, layout: RunLayout) -> None:
        self.s3, self.bucket, self.layout = s3, bucket, layout
        self._listing = Lock()

    def close(self, portion: int, decision: Decision) -> Saved:
        """Close a portion by `decision` unless it is decided already; gives its checkpoint as it then stands."""
        # Where the listing has none there most likely is none: a write that is refused then finds it.
        found, etag = self._found(portion) if portion in self._known else (None, None)
        while True:
            # One that cannot be read counts as none: its items are done again.
            before = found or Saved(portion=portion, wave=0, attempt=0)
            after = decision.of(before)
            if after is None:
                return before
            if put_if(self.s3, self.bucket, self.layout.checkpoint(portion), _stored(after), etag):
                return after
            found, etag = self._found(portion)

    def read(self, portion: int) -> Saved | None:
        """Read a portion's checkpoint; None if there is none, or none that can be read."""
        return self._found(portion)[0]

    def finished(self, portion: int) -> set[int]:
        """Which of a portion's items its checkpoint calls finished; none where there is none that can be read."""
        saved = self.read(portion)
        return saved.finished if saved else set()

    def publish(self, sealed: Saved) -> None:
        """Write the result that a sealed checkpoint holds, as its attempt would have; one that is there stays."""
        if sealed.failures:
            lines = b"".join(orjson.dumps(failure, option=orjson.OPT_APPEND_NEWLINE) for failure in sealed.failures)
            self.s3.put_object(Bucket=self.bucket, Key=self.layout.failed_items(sealed.portion), Body=lines)
        put_if(self.s3, self.bucket, self.layout.result(sealed.portion), orjson.dumps(sealed.result), None)

    @property
    def _known(self) -> frozenset[int]:
        with self._listing:
            return self._listed

    @cached_property
    def _listed(self) -> frozenset[int]:
        """The portions that had a checkpoint when one was to be closed first."""
        names = (entry.key.removeprefix(self.layout.checkpoints) for entry in self._entries())
        return frozenset(int(name.removesuffix(".json")) for name in names if name.removesuffix(".json").isdecimal())

    def _entries(self) -> Iterator[Listed]:
        return objects(self.s3, self.bucket, self.layout.checkpoints)

    def _found(self, portion: int) -> tuple[Saved | None, str | None]:
        opened = open_object(self.s3, self.bucket, self.layout.checkpoint(portion))
        if opened is None:
            return None, None
        try:
            return Saved.model_validate_json(b"".join(chunks(opened.body))), opened.etag
        except ValidationError:
            return None, opened.etag


def _stored(saved: Saved) -> bytes:
    return orjson.dumps(saved.model_dump(mode="json", exclude_none=True))
