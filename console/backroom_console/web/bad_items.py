"""The items of a tenant that failed in a run, and as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

import orjson
from backroom.errors import ManifestMissingError
from backroom.layout import RunLayout
from backroom.recording.checkpoints import Checkpoints
from backroom.recording.outcomes import read_outcomes
from backroom.records import PortionRecord, RunRecord
from backroom.storage.objects import lines, open_object

from backroom_console.reader import Reader
from backroom_console.rows import FailedItem

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet takes for a formula (OWASP, CSV injection)."""


def read_bad_items(reader: Reader, run: RunRecord, tenant: str) -> Iterator[FailedItem]:
    """Yield the items of a tenant that failed in a run, in order of portions; raises ClientError."""
    for portion in _portions(reader, run, tenant):
        if portion.items.failed:
            for failure in _failures(reader, run, portion):
                yield FailedItem(tenant, failure["item"], failure["error"], failure["message"], portion.portion)


def _failures(reader: Reader, run: RunRecord, portion: PortionRecord) -> Iterator[Mapping[str, str]]:
    """Yield what failed of a portion: of one that succeeded all the same from its list, else from its checkpoint."""
    s3, bucket = reader.connection.s3, reader.connection.outputs.bucket
    opened = open_object(s3, bucket, portion.failed_items) if portion.failed_items else None
    if opened is not None:
        yield from map(orjson.loads, lines(opened.body))
        return
    saved = Checkpoints(s3, bucket, RunLayout(run.job, run.run, portion.stage)).read(portion.portion)
    yield from saved.failures if saved else ()


def as_csv(items: Iterable[FailedItem]) -> Iterator[str]:
    """Yield the lines of a CSV file, with a heading; no cell is a formula."""
    yield _line(("item", "error", "message", "portion"))
    for one in items:
        yield _line((one.item, one.error, one.message, str(one.portion)))


def _portions(reader: Reader, run: RunRecord, tenant: str) -> Iterator[PortionRecord]:
    """Yield a tenant's portions as the last wave left them, from one object, or from the table where that is gone."""
    connection = reader.connection
    try:
        known = read_outcomes(connection.s3, connection.outputs.bucket, RunLayout(run.job, run.run), run.wave)
        yield from (one for one in known if one.tenant == tenant)
    except ManifestMissingError:
        yield from reader.portions(run, None, tenant)


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells)
    return text.getvalue()
