"""outcomes.jsonl: what became of every portion of a run after a wave; written once a wave."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from backroom.errors import ManifestMissingError, ObjectChangedError
from backroom.layout import RunLayout
from backroom.recording.merging import merge_waves
from backroom.records import PortionRecord
from backroom.storage.objects import lines, open_object
from backroom.storage.upload import StreamedUpload

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_RECORD = TypeAdapter(PortionRecord)


def read_outcomes(s3: "S3Client", bucket: str, layout: RunLayout, wave: int) -> Iterator[PortionRecord]:
    """Yield every portion's record after `wave`, sorted by portion.

    Raises ManifestMissingError if there are none yet.
    """
    key = layout.outcomes(wave)
    opened = open_object(s3, bucket, key)
    if opened is None:
        raise ManifestMissingError(f"there is no s3://{bucket}/{key}: wave {wave} is not recorded yet")
    yield from map(_RECORD.validate_json, lines(opened.body))


def write_outcomes(s3: "S3Client", bucket: str, layout: RunLayout, wave: int, latest: Iterable[PortionRecord]) -> None:
    """Write the outcomes after `wave`: those after the wave before, with `latest` (sorted by portion) in their places.

    Where they are written already, what is there stays.
    """
    if wave == 1:
        # A run that resumes another may have parts of portions which that one has split; those are not this run's.
        records: Iterable[PortionRecord] = filter(lambda record: not record.split_into, latest)
    else:
        records = merge_waves(read_outcomes(s3, bucket, layout, wave - 1), latest)
    upload = StreamedUpload(s3, bucket, layout.outcomes(wave))
    try:
        for record in records:
            upload.write(_RECORD.dump_json(record, exclude_defaults=True) + b"\n")
        upload.finish()
    except ObjectChangedError:
        upload.abort()
    except BaseException:
        upload.abort()
        raise
