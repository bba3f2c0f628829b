"""What an attempt reports: the result of a portion, or how the attempt failed (docs/architecture.md, Result)."""

from dataclasses import asdict, dataclass, replace

import orjson

from backroom.phrases import counted
from backroom.words import Cause, Outcome
from backroom.worker.bucket import Bucket
from backroom.worker.checkpoint import Checkpoint
from backroom.worker.log import timestamp
from backroom.worker.patience import Patience
from backroom.worker.portion import Portion
from backroom.worker.progress import Failure, Tally
from backroom.worker.settings import Settings

SHOWN = 20
"""How many failures a result shows itself; all of them are in failed-items."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a portion has cost over all its attempts, and when this one began and ended (seconds since the epoch)."""

    read: int
    written: int
    seconds: float
    started_at: float
    ended_at: float


@dataclass(frozen=True, slots=True)
class Reporter:
    """Writes the reports of one attempt."""

    bucket: Bucket
    settings: Settings
    portion: Portion

    @property
    def result_key(self) -> str:
        """Where the portion's one result lies."""
        return self.settings.layout.result(self.portion.portion)

    def with_patience(self, patience: Patience) -> "Reporter":
        """The same reporter, waiting longer or shorter for S3."""
        return replace(self, bucket=self.bucket.patient(patience))

    def result(self, tally: Tally, spent: Spent) -> bytes:
        """The result of a portion that succeeded, as it is sealed and then written."""
        failed_items = self._failed_items_key if tally.failures else None
        return self._body(Outcome.SUCCEEDED, Cause.OK, _summary(tally), tally, spent, failed_items)

    def publish(self, sealed: Checkpoint) -> None:
        """Write failed items and result as they were sealed, so that whoever does it writes the same bytes."""
        if sealed.tally.failures:
            self._write_failed_items(sealed.tally.failures)
        self.bucket.create(self.result_key, sealed.result or b"")

    def fail(self, cause: Cause, message: str, tally: Tally, spent: Spent) -> None:
        """Write how this attempt failed, to its own key."""
        key = self.settings.layout.attempt(self.portion.portion, self.settings.wave, self.settings.attempt)
        self.bucket.put(key, self._body(Outcome.FAILED, cause, message, tally, spent, None), "application/json")

    @property
    def _failed_items_key(self) -> str:
        return self.settings.layout.failed_items(self.portion.portion)

    def _write_failed_items(self, failures: tuple[Failure, ...]) -> None:
        lines = b"".join(orjson.dumps(asdict(failure), option=orjson.OPT_APPEND_NEWLINE) for failure in failures)
        self.bucket.put(self._failed_items_key, lines, "application/x-ndjson")

    def _body(
        self, outcome: Outcome, cause: Cause, message: str, tally: Tally, spent: Spent, failed_items: str | None
    ) -> bytes:
        return orjson.dumps(
            {
                "portion": self.portion.portion,
                "tenant": self.portion.tenant,
                "wave": self.settings.wave,
                "attempt": self.settings.attempt,
                "batch_job_id": self.settings.batch_job_id,
                "outcome": outcome,
                "cause": cause,
                "message": message,
                "items": tally.items,
                "bytes": {"read": spent.read, "written": spent.written},
                "seconds": round(spent.seconds, 3),
                "failed_items": failed_items,
                "failures": [asdict(failure) for failure in tally.failures[:SHOWN]],
                "started_at": timestamp(spent.started_at),
                "ended_at": timestamp(spent.ended_at),
            }
        )


def _summary(tally: Tally) -> str:
    counts = tally.items
    failed = f", {counts['failed']} failed" if counts["failed"] else ""
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    return f"{counted(counts['succeeded'], 'item')} succeeded{failed}{skipped}"
