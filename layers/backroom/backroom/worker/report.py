"""What an attempt reports: the result of a portion, or how the attempt failed (docs/architecture.md, Result)."""

from dataclasses import asdict, dataclass, replace

import orjson

from backroom.phrases import counted
from backroom.words import Cause, Outcome
from backroom.worker.bucket import Bucket
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
        return replace(self, bucket=replace(self.bucket, patience=patience))

    def done_already(self) -> bool:
        """Whether the portion has its result."""
        return self.bucket.exists(self.result_key)

    def succeed(self, tally: Tally, spent: Spent) -> bool:
        """Write the failed items and then the result, once; False when another attempt had written it."""
        failed_items = self._write_failed_items(tally.failures) if tally.failures else None
        body = self._body(Outcome.SUCCEEDED, Cause.OK, _summary(tally), tally, spent, failed_items)
        return self.bucket.create(self.result_key, body) or self._is_mine()

    def fail(self, cause: Cause, message: str, tally: Tally, spent: Spent) -> None:
        """Write how this attempt failed, to its own key."""
        key = self.settings.layout.attempt(self.portion.portion, self.settings.wave, self.settings.attempt)
        self.bucket.put(key, self._body(Outcome.FAILED, cause, message, tally, spent, None), "application/json")

    def _is_mine(self) -> bool:
        """A repeated request may meet the result that its first try wrote, whose answer was lost."""
        return bool(orjson.loads(self.bucket.get(self.result_key))["batch_job_id"] == self.settings.batch_job_id)

    def _write_failed_items(self, failures: tuple[Failure, ...]) -> str:
        key = self.settings.layout.failed_items(self.portion.portion)
        lines = b"".join(orjson.dumps(asdict(failure), option=orjson.OPT_APPEND_NEWLINE) for failure in failures)
        self.bucket.put(key, lines, "application/x-ndjson")
        return key

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
