"""Records a wave of a run, or its end: once, whatever happens in between (docs/architecture.md, The machine, 5)."""

from collections.abc import Sequence
from datetime import datetime

from backroom.deployment import Deployment
from backroom.errors import ManifestCorruptError, ManifestMissingError
from backroom.layout import RunLayout
from backroom.manifest.closing import close_plan
from backroom.recording.conclude import End, conclude, conclude_without_portions
from backroom.recording.outcomes import write_outcomes
from backroom.recording.request import ArrayResult, RecordAnswer, RecordRequest
from backroom.recording.submitted import submitted
from backroom.recording.wave import PlannedWave, read_wave, wave_records
from backroom.storage.objects import object_exists
from backroom.words import RunStatus


def record(request: RecordRequest, deployment: Deployment, now: datetime) -> RecordAnswer:
    """Give every portion of the wave its outcome, write it down and say what follows; a repetition answers the same.

    Where the run has ended (`error`, `ended`) it does so for the last wave that was planned, and nothing follows. A run
    whose manifest is gone or spoilt is recorded as failed. Raises botocore's ClientError, and what is wrong with the
    job's definition.
    """
    layout = RunLayout(request.job, request.run)
    try:
        return _finish(request, deployment, layout, now) if request.end else _record(request, deployment, layout, now)
    except (ManifestMissingError, ManifestCorruptError) as error:
        end = End(request.end or RunStatus.FAILED, f"{type(error).__name__}: {error}")
        return conclude_without_portions(deployment, layout, end, now)


def _record(request: RecordRequest, deployment: Deployment, layout: RunLayout, now: datetime) -> RecordAnswer:
    wave = read_wave(deployment, layout, request.wave)
    _write_outcomes(wave, request.arrays, deployment)
    return conclude(deployment, wave, None, now)


def _finish(request: RecordRequest, deployment: Deployment, layout: RunLayout, now: datetime) -> RecordAnswer:
    end = End(request.end or RunStatus.FAILED, request.why)
    number = _last_wave(request, deployment, layout)
    if number == 0:
        return conclude_without_portions(deployment, layout, end, now)
    wave = read_wave(deployment, layout, number).ended(request.stopped)
    _write_outcomes(wave, _arrays(request, deployment, wave), deployment)
    return conclude(deployment, wave, end, now)


def _last_wave(request: RecordRequest, deployment: Deployment, layout: RunLayout) -> int:
    """Find the last wave that was planned, and see to it that no other ever is; 0 if none was."""
    s3, bucket, wave = deployment.s3, deployment.settings.bucket, request.wave
    while not close_plan(s3, bucket, layout, wave):
        # A wave is planned after the one before it is recorded.
        if not object_exists(s3, bucket, layout.outcomes(wave)):
            return wave
        wave += 1
    return wave - 1


def _arrays(request: RecordRequest, deployment: Deployment, wave: PlannedWave) -> list[ArrayResult]:
    """Give what was submitted of the wave by Batch's lists, and what only the machine remembers."""
    queues = deployment.settings.queues_of(wave.plan.compute)
    found = submitted(deployment.batch, queues, request.run, wave.number)
    known = {array.batch_job_id for array in found}
    told = request.arrays if request.wave == wave.number else ()
    return [*(array for array in told if array.batch_job_id not in known), *found]


def _write_outcomes(wave: PlannedWave, arrays: Sequence[ArrayResult], deployment: Deployment) -> None:
    s3, bucket = deployment.s3, deployment.settings.bucket
    if not object_exists(s3, bucket, wave.layout.outcomes(wave.number)):
        write_outcomes(s3, bucket, wave.layout, wave.number, wave_records(deployment, wave, arrays))
