"""Finds out what became of every portion of a wave."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from backroom.deployment import Deployment
from backroom.layout import RunLayout
from backroom.manifest.reader import ManifestReader
from backroom.parallel import in_order
from backroom.recording.batch_jobs import Trace, traces
from backroom.recording.reconcile import Evidence, succeeded, unreadable_result, without_result
from backroom.recording.request import ArrayResult, RecordRequest
from backroom.recording.results import Reports
from backroom.records import PortionRecord

THREADS = 12
"""Results that are read at once, each in some 20 ms."""


class _Head(NamedTuple):
    """A portion without its items: some 100 bytes, so that a million fit into a Lambda."""

    portion: int
    tenant: str
    position: int


def wave_records(deployment: Deployment, layout: RunLayout, request: RecordRequest) -> Iterator[PortionRecord]:
    """Yield the record of every portion of the wave's manifest, sorted by portion.

    Raises ManifestMissingError, ManifestCorruptError, botocore's ClientError.
    """
    s3, bucket = deployment.s3, deployment.settings.bucket
    heads = _heads(ManifestReader(s3, bucket, layout, request.wave))
    reports = Reports(s3, bucket, layout)
    missing = {head.position for head in heads if not reports.has_result(head.portion)}
    found: dict[int, Trace] = {}
    for array in request.arrays:
        wanted = {position for position in missing if position in array}
        found |= traces(deployment.batch, array, request.wave, wanted)
    yield from in_order(partial(_record, request, reports, found), heads, THREADS)


def _heads(reader: ManifestReader) -> Sequence[_Head]:
    names: dict[str, str] = {}
    heads = []
    for portion, _, position in reader.portions():
        heads.append(_Head(portion.portion, names.setdefault(portion.tenant, portion.tenant), position))
    return heads


def _record(request: RecordRequest, reports: Reports, found: dict[int, Trace], head: _Head) -> PortionRecord:
    said = [report for report in reports.attempts(head.portion) if report.wave == request.wave]
    array = _array_of(request.arrays, head.position)
    evidence = Evidence(head.portion, head.tenant, request.wave, array, said, found.get(head.position))
    if not reports.has_result(head.portion):
        return without_result(evidence)
    try:
        return succeeded(evidence, reports.result(head.portion))
    except ValueError as error:
        return unreadable_result(evidence, error)


def _array_of(arrays: Sequence[ArrayResult], position: int) -> ArrayResult | None:
    return next((array for array in arrays if position in array), None)
