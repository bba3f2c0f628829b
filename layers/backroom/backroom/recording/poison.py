"""Names the item that fails a portion, where bisecting has left it alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backroom.manifest.reader import ManifestReader
from backroom.recording.heads import Head
from backroom.recording.prospects import Prospects
from backroom.recording.stages import StageOfWave
from backroom.records import PortionRecord


@dataclass(frozen=True, slots=True)
class Poison:
    """Looks into the manifest of a wave for the items of portions that are set aside because of a single one."""

    reader: ManifestReader
    stages: Sequence[StageOfWave]
    prospects: Prospects

    def named(self, head: Head, record: PortionRecord) -> PortionRecord:
        """Give the record with the item in its message, if a single item fails it.

        Raises ManifestCorruptError, botocore's ClientError.
        """
        if not self.prospects.poisoned(record):
            return record
        stage = next(stage for stage in self.stages if stage.step.name == record.stage)
        finished = stage.checkpoints.finished(head.portion)
        (portion,) = self.reader.portions_at([self.reader.entries[head.position]])
        items = (item.id for index, item in enumerate(portion.items) if index not in finished)
        return replace(record, message=f"poison: item {next(items, '?')!r} fails it: {record.message}")
