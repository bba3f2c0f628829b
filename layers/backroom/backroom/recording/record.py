"""Records a wave of a run: once, whatever happens in between (docs/architecture.md, The machine, 5)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from backroom.deployment import Deployment
from backroom.errors import ManifestCorruptError, ManifestMissingError
from backroom.layout import RunLayout
from backroom.lease import release
from backroom.planning.summary import PlanSummary
from backroom.recording.ledgers import update_ledgers
from backroom.recording.outcomes import read_outcomes, write_outcomes
from backroom.recording.prospects import Prospects
from backroom.recording.request import RecordAnswer, RecordRequest
from backroom.recording.steps import read_steps
from backroom.recording.sums import Sums, Verdict, decide
from backroom.recording.wave import wave_records
from backroom.records import PortionRecord
from backroom.storage.objects import object_exists, read_json
from backroom.words import RunStatus


def record(request: RecordRequest, deployment: Deployment, now: datetime) -> RecordAnswer:
    """Give every portion of the wave its outcome, write it down and say what follows; a repetition answers the same.

    A run whose plan failed, or whose manifest is gone or spoilt, is recorded as failed. Raises botocore's ClientError.
    """
    if request.error is not None:
        return _failed(request, deployment, now, request.error)
    try:
        return _record_wave(request, deployment, now)
    except (ManifestMissingError, ManifestCorruptError) as error:
        return _failed(request, deployment, now, f"{type(error).__name__}: {error}")


def _failed(request: RecordRequest, deployment: Deployment, now: datetime, message: str) -> RecordAnswer:
    deployment.runs.ended(request.job, request.run, RunStatus.FAILED, now, {"message": message})
    release(deployment.runs, request.job, request.run)
    return RecordAnswer(status=RunStatus.FAILED, again=False, message=message, counts={})


def _record_wave(request: RecordRequest, deployment: Deployment, now: datetime) -> RecordAnswer:
    layout, s3, bucket = RunLayout(request.job, request.run), deployment.s3, deployment.settings.bucket
    plan = PlanSummary.from_json(_plan(deployment, layout, request.wave))
    row, steps = read_steps(deployment.batch, plan)
    if not object_exists(s3, bucket, layout.outcomes(request.wave)):
        records = wave_records(deployment, layout, steps, request.arrays, Prospects(row, request.wave))
        write_outcomes(s3, bucket, layout, request.wave, records)
    sums = Sums()
    outcomes = read_outcomes(s3, bucket, layout, request.wave)
    deployment.runs.put_portions(request.run, _counted(outcomes, sums, request.wave), now)
    deployment.runs.put_tenants(request.run, sums.tenants.values(), now)
    update_ledgers(deployment, layout, request.wave)
    verdict = decide(sums, row, request.wave, plan.message)
    _write_down(request, deployment, now, sums, verdict)
    return RecordAnswer(status=verdict.status, again=verdict.again, message=verdict.message, counts=sums.counts)


def _plan(deployment: Deployment, layout: RunLayout, wave: int) -> Any:
    plan = read_json(deployment.s3, deployment.settings.bucket, layout.plan(wave))
    if plan is None:
        place = f"s3://{deployment.settings.bucket}/{layout.plan(wave)}"
        raise ManifestMissingError(f"there is no {place}: wave {wave} was not planned; start a new run")
    return plan


def _counted(outcomes: Iterator[PortionRecord], sums: Sums, wave: int) -> Iterator[PortionRecord]:
    for outcome in outcomes:
        sums.add(outcome)
        if outcome.wave == wave:
            yield outcome


def _write_down(request: RecordRequest, deployment: Deployment, now: datetime, sums: Sums, verdict: Verdict) -> None:
    facts: dict[str, Any] = {
        "wave": request.wave,
        "counts": sums.counts,
        "items": sums.items,
        "bytes": sums.bytes,
        "seconds": sums.seconds,
        "message": verdict.message,
    }
    if verdict.again:
        deployment.runs.progress(request.run, facts)
    else:
        deployment.runs.ended(request.job, request.run, verdict.status, now, facts)
        release(deployment.runs, request.job, request.run)
