"""The checkpoint: what a portion's attempts have done so far, and what was decided of the portion (an object in S3).

docs/architecture.md, Checkpoint; the rules are those of formal/run_protocol.tla (ClaimFence, Save).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import orjson

from backroom.words import CheckpointState
from backroom.worker.bucket import Bucket
from backroom.worker.endings import Closed, Superseded
from backroom.worker.log import Log
from backroom.worker.portion import Portion
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
    state: CheckpointState = CheckpointState.OPEN
    declared: bool = False
    """Whether the items are those that the stage declared: then the indexes are none of the manifest's items."""
    result: bytes | None = None
    """Once it is sealed: the result as it is to be written."""

    def to_json(self) -> bytes:
        """As it lies in S3."""
        sealed = {} if self.result is None else {"result": orjson.Fragment(self.result)}
        declared = {"declared": True} if self.declared else {}
        return orjson.dumps(
            {
                "portion": self.portion,
                "wave": self.wave,
                "attempt": self.attempt,
                "digest": self.digest,
                **declared,
                "state": self.state,
                "done": self.tally.succeeded,
                "skipped": self.tally.skipped,
                "failures": [asdict(failure) for failure in self.tally.failures],
                "bytes": {"read": self.read, "written": self.written},
                "seconds": round(self.seconds, 3),
                **sealed,
            }
        )


def parse_checkpoint(body: bytes) -> Checkpoint:
    """The checkpoint of its JSON. Raises ValueError, KeyError or TypeError when it is none."""
    record = orjson.loads(body)
    failures = tuple(Failure(**failure) for failure in record["failures"])
    tally = Tally(tuple(record["done"]), tuple(record["skipped"]), failures)
    spent, state = record["bytes"], CheckpointState(record.get("state", CheckpointState.OPEN))
    return Checkpoint(
        int(record["portion"]), int(record["wave"]), int(record["attempt"]), record["digest"], tally,
        int(spent["read"]), int(spent["written"]), float(record["seconds"]), state,
        bool(record.get("declared")), _result(record, state),
    )  # fmt: skip


def _result(record: Mapping[str, object], state: CheckpointState) -> bytes | None:
    return orjson.dumps(record["result"]) if state is CheckpointState.SEALED else None


@dataclass(frozen=True, slots=True)
class Found:
    """What lies at a checkpoint's key: the checkpoint, if it is one, and the ETag to replace it by."""

    checkpoint: Checkpoint | None
    etag: str | None


def load_checkpoint(bucket: Bucket, key: str, log: Log) -> Found:
    """What is there. An unreadable checkpoint counts as none: its items are done again."""
    try:
        body, etag = bucket.get_with_etag(key)
    except FileNotFoundError:
        return Found(None, None)
    try:
        return Found(parse_checkpoint(body), etag)
    except (ValueError, KeyError, TypeError) as error:
        log.warning("checkpoint is unreadable, starting over", key=key, error=str(error))
        return Found(None, etag)


def restorable(found: Checkpoint | None, portion: Portion, wave: int) -> Checkpoint | None:
    """What of a checkpoint counts: only that of just this work; failures of an earlier wave are tried again."""
    if found is None or found.digest != portion.digest:
        return None
    # Attempt 0 is the recorder's: it has handed the portion over to this wave.
    this_wave = found.wave == wave and found.attempt > 0
    return found if this_wave else replace(found, tally=replace(found.tally, failures=()))


def give_way(there: Checkpoint | None, wave: int, attempt: int) -> None:
    """Raises Closed if the portion was given up, Superseded if the checkpoint is a later attempt's than this."""
    if there is None:
        return
    if there.state in (CheckpointState.FAILED, CheckpointState.CANCELLED):
        raise Closed(f"portion {there.portion} is recorded as {there.state}: resume its run to have it done")
    if (there.wave, there.attempt) > (wave, attempt):
        who = f"attempt {there.attempt} of wave {there.wave}" if there.attempt else f"wave {there.wave}"
        raise Superseded(f"{who} works on portion {there.portion}: attempt {attempt} of wave {wave} gives way")
