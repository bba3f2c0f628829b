"""What the containers themselves left: results of those that succeeded, reports of attempts that did not."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from backroom.layout import RunLayout
from backroom.records import AttemptRecord, Bytes, Items
from backroom.storage.listing import objects
from backroom.storage.objects import chunks, open_object
from backroom.words import Cause, Outcome

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_NUMBER = re.compile(r"(\d+)\.json")
_REPORT = re.compile(r"(\d+)/(\d+)-(\d+)\.json")


class Report(BaseModel):
    """A result, or the report of an attempt (docs/architecture.md, Result)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    portion: int
    tenant: str
    wave: int
    attempt: int
    outcome: Outcome
    cause: Cause
    message: Annotated[str, BeforeValidator(lambda value: value or "")] = ""
    items: Items = Items()
    bytes: Bytes = Bytes()
    seconds: float = 0.0
    batch_job_id: str | None = None
    failed_items: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None

    def as_attempt(self) -> AttemptRecord:
        """Give the attempt that wrote this."""
        return AttemptRecord(
            self.wave,
            self.attempt,
            self.cause,
            self.message,
            batch_job_id=self.batch_job_id,
            started_at=self.started_at,
            ended_at=self.ended_at,
        )


class Reports:
    """The reports of one run; one listing of each kind, and then only what exists is read."""

    def __init__(self, s3: "S3Client", bucket: str, layout: RunLayout) -> None:
        self._s3, self._bucket, self._layout = s3, bucket, layout
        self._results = {int(found[1]) for found in self._listed(layout.results, _NUMBER)}
        self._attempts: Mapping[int, list[tuple[int, int]]] = self._list_attempts()

    def has_result(self, portion: int) -> bool:
        """Say whether a container finished this portion."""
        return portion in self._results

    def result(self, portion: int) -> Report:
        """Read the result of a portion that has one; raises ValueError (ValidationError) when it is none."""
        return self._read(self._layout.result(portion))

    def attempts(self, portion: int) -> list[Report]:
        """Read what the attempts at this portion reported, in order; an unreadable report counts as none."""
        found = []
        for wave, attempt in sorted(self._attempts.get(portion, [])):
            try:
                found.append(self._read(self._layout.attempt(portion, wave, attempt)))
            except ValidationError:
                continue  # Batch has its own record of the attempt
        return found

    def _read(self, key: str) -> Report:
        opened = open_object(self._s3, self._bucket, key)
        return Report.model_validate_json(b"".join(chunks(opened.body)) if opened else b"")

    def _list_attempts(self) -> Mapping[int, list[tuple[int, int]]]:
        attempts = defaultdict(list)
        for portion, wave, attempt in (
            map(int, found.groups()) for found in self._listed(self._layout.attempts, _REPORT)
        ):
            attempts[portion].append((wave, attempt))
        return attempts

    def _listed(self, prefix: str, pattern: re.Pattern[str]) -> "list[re.Match[str]]":
        names = (listed.key.removeprefix(prefix) for listed in objects(self._s3, self._bucket, prefix))
        return [found for found in map(pattern.fullmatch, names) if found]


def failed_items(s3: "S3Client", bucket: str, key: str) -> dict[str, str]:
    """Read a list of failed items: item -> name of its error. Raises ValueError when it is none."""
    opened = open_object(s3, bucket, key)
    body = b"".join(chunks(opened.body)) if opened else b""
    return {line["item"]: line["error"] for line in map(orjson.loads, body.splitlines())}
