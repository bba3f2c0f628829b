"""Draws the conclusion of a wave whose outcomes are written: tables, ledgers, and how the run stands."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backroom import lease
from backroom.deployment import Deployment
from backroom.layout import RunLayout
from backroom.parallel import in_order
from backroom.planning.left import WhatIsLeft
from backroom.recording.checkpoints import Checkpoints
from backroom.recording.ledgers import update_ledgers
from backroom.recording.outcomes import read_outcomes
from backroom.recording.request import After, RecordAnswer
from backroom.recording.sums import Sums, Verdict, decide
from backroom.recording.wave import THREADS, PlannedWave
from backroom.records import PortionRecord
from backroom.words import Outcome, RunStatus


@dataclass(frozen=True, slots=True)
class End:
    """How a run has ended other than by its own verdict, and why."""

    status: RunStatus
    why: str


def conclude(deployment: Deployment, wave: PlannedWave, end: End | None, now: datetime) -> RecordAnswer:
    """Write down what a wave's outcomes come to and say what follows; may be repeated.

    Raises botocore's ClientError.
    """
    layout, sums, left = wave.layout, Sums(), WhatIsLeft(wave.number, wave.prospects.limits)
    outcomes = read_outcomes(deployment.s3, deployment.settings.bucket, layout, wave.number)
    deployment.runs.put_portions(layout.run, _counted(outcomes, sums, left), now)
    deployment.runs.put_tenants(layout.run, sums.tenants.values(), now, wave.number)
    update_ledgers(deployment, layout, wave.number)
    verdict = _verdict(wave, sums, len(left.portions()), end)
    if not verdict.again and sums.bad:
        _close_what_was_left(deployment, wave)
    facts = _facts(sums) | {"wave": wave.number, "message": verdict.message}
    answer = RecordAnswer(
        status=verdict.status,
        again=verdict.again,
        message=verdict.message,
        counts=sums.counts,
        after=After(mail=wave.row.mail, glue=wave.row.glue_job or None),
    )
    return _write_down(deployment, layout, answer, facts, now)


def conclude_without_portions(deployment: Deployment, layout: RunLayout, end: End, now: datetime) -> RecordAnswer:
    """End a run of which no portion is known; may be repeated. Raises botocore's ClientError."""
    answer = RecordAnswer(status=end.status, again=False, message=end.why, counts={})
    return _write_down(deployment, layout, answer, {"message": end.why}, now)


def _counted(outcomes: Iterator[PortionRecord], sums: Sums, left: WhatIsLeft) -> Iterator[PortionRecord]:
    """Yield those of the wave."""
    for outcome in outcomes:
        sums.add(outcome)
        left.add(outcome)
        if outcome.wave == left.wave:
            yield outcome


def _verdict(wave: PlannedWave, sums: Sums, left: int, end: End | None) -> Verdict:
    verdict = decide(sums, wave.row.portion_tolerance, wave.tolerances, left, wave.plan.message)
    if end is not None:
        return Verdict(end.status, again=False, message=f"{end.why}; {verdict.message}")
    if wave.number > 1 and not wave.plan.portions:
        return replace(verdict, message=f"{verdict.message}; {wave.plan.message}")
    return verdict


def _facts(sums: Sums) -> dict[str, Any]:
    return {
        "counts": sums.counts,
        "items": sums.items,
        "bytes": sums.bytes,
        "seconds": sums.seconds,
        "cost": round(sums.cost, 6),
    }


def _write_down(
    deployment: Deployment, layout: RunLayout, answer: RecordAnswer, facts: dict[str, Any], now: datetime
) -> RecordAnswer:
    """Write how the run stands; where it has ended otherwise, that stays, and is the answer."""
    runs, job, run = deployment.runs, layout.job, layout.run
    if answer.again:
        stands = runs.progress(run, facts)
        lease.renew(runs, job, run, now)
    else:
        stands = runs.ended(job, run, answer.status, now, facts)
        lease.release(runs, job, run)
    known = None if stands else runs.get(run)
    if known is None or known.goes_on:
        return answer
    return answer.model_copy(update={"status": known.status, "again": False, "message": known.message})


def _close_what_was_left(deployment: Deployment, wave: PlannedWave) -> None:
    """Close for good what was left open for another wave, which is not to be."""
    s3, bucket = deployment.s3, deployment.settings.bucket
    ended = replace(wave.prospects, ended=True)
    stages = {step.name: Checkpoints(s3, bucket, replace(wave.layout, stage=step.name)) for step in wave.steps}

    def close(record: PortionRecord) -> None:
        for name, stage in record.by_stage.items():
            if stage.outcome is not Outcome.SUCCEEDED:
                stages[name].close(record.portion, ended.decision(record))

    outcomes = read_outcomes(s3, bucket, wave.layout, wave.number)
    left = (record for record in outcomes if record.outcome is not Outcome.SUCCEEDED and ended.left_open(record))
    for _ in in_order(close, left, THREADS):
        pass
