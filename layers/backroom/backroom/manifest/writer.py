"""Writes the manifest of a wave once: the lines streamed, then plan.json, the index last.

Any step may be the last that a planner lives to do. Before manifest.jsonl appears there is nothing, and the next
attempt plans again; after it, the next attempt (or a slower rival) finds it and finishes the work from its lines
alone: they carry group, tenant and weight, from which the order follows, and the plan itself is the last one.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from backroom.errors import ManifestCorruptError, ManifestMissingError, ObjectChangedError
from backroom.layout import RunLayout
from backroom.manifest.index import SCHEMA, Entry, Group, IndexBuilder
from backroom.manifest.portion import Portion
from backroom.storage.objects import lines, open_object, put_if, write_json
from backroom.storage.upload import PART_BYTES, StreamedUpload

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


class _Lines:
    """The lines so far, their digest and their index."""

    def __init__(self) -> None:
        self.index, self.digest, self.size = IndexBuilder(), sha256(), 0

    def add(self, line: bytes) -> None:
        self.digest.update(line + b"\n")
        self.size += len(line) + 1

    def add_portion(self, line: bytes, portion: Portion) -> None:
        entry = Entry(self.size, len(line), portion.portion)
        self.index.add(entry, portion.tenant, portion.weight, portion.group)
        self.add(line)


class ManifestWriter:
    """Writes one wave's manifest in constant memory, but for 32 bytes a portion."""

    def __init__(self, s3: "S3Client", bucket: str, layout: RunLayout, wave: int, part_bytes: int = PART_BYTES) -> None:
        self._s3, self._bucket, self._layout, self._wave = s3, bucket, layout, wave
        self._upload = StreamedUpload(s3, bucket, layout.manifest(wave), part_bytes=part_bytes)
        self._lines = _Lines()

    def anew(self) -> "ManifestWriter":
        """Give another one for the same wave, without portions yet."""
        return ManifestWriter(self._s3, self._bucket, self._layout, self._wave)

    @property
    def groups(self) -> tuple[tuple[Group, int], ...]:
        """The groups of the portions so far, and how many each has, in the order of the index."""
        return self._lines.index.groups

    @property
    def seconds(self) -> Mapping[Group, float]:
        """What the portions of each group are likely to take, by their weights, so far."""
        return self._lines.index.seconds

    def add(self, portion: Portion) -> None:
        """Write the next portion's line."""
        line = portion.line()
        self._lines.add_portion(line, portion)
        self._upload.write(line + b"\n")

    def finish(self, plan: dict[str, Any]) -> None:
        """Make the manifest appear, with `plan` (plan.json's content); a faster one's stays and is finished."""
        line = orjson.dumps({"plan": plan})
        self._lines.add(line)
        self._upload.write(line + b"\n")
        try:
            self._upload.finish()
        except ObjectChangedError:
            self.abort()
            finish_stored(self._s3, self._bucket, self._layout, self._wave)
        else:
            _publish(self._s3, self._bucket, self._layout, self._wave, self._lines, plan)

    def abort(self) -> None:
        """Give back what was uploaded so far."""
        self._upload.abort()


def finish_stored(s3: "S3Client", bucket: str, layout: RunLayout, wave: int) -> None:
    """Write plan.json and index of a manifest that is there already.

    Raises ManifestMissingError if it is not, ManifestCorruptError if it does not end with a plan.
    """
    key = layout.manifest(wave)
    opened = open_object(s3, bucket, key)
    if opened is None:
        raise ManifestMissingError(f"there is no s3://{bucket}/{key}; plan the run again")
    stored, plan = _Lines(), None
    for line in lines(opened.body):
        plan = _take(stored, line, f"s3://{bucket}/{key}")
    if plan is None:
        raise ManifestCorruptError(f"s3://{bucket}/{key} does not end with a plan; start a new run")
    _publish(s3, bucket, layout, wave, stored, plan)


def _take(stored: _Lines, line: bytes, place: str) -> dict[str, Any] | None:
    if line.startswith(b'{"plan":'):
        stored.add(line)
        return _plan_of(line, place)
    stored.add_portion(line, Portion.from_line(line, place))
    return None


def _plan_of(line: bytes, place: str) -> dict[str, Any]:
    try:
        plan: dict[str, Any] = orjson.loads(line)["plan"]
    except ValueError as error:
        raise ManifestCorruptError(f"{place} does not end with a plan ({error}); start a new run") from error
    return plan


def _publish(s3: "S3Client", bucket: str, layout: RunLayout, wave: int, written: _Lines, plan: dict[str, Any]) -> None:
    # Everybody who comes here for this manifest writes the same bytes.
    write_json(s3, bucket, layout.plan(wave), plan)
    metadata = {"count": str(len(written.index)), "sha256": written.digest.hexdigest(), "schema": SCHEMA}
    put_if(s3, bucket, layout.index(wave), written.index.packed(), None, metadata)
