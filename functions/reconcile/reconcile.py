"""ReconcileFunction: brings runs to their recorded end whose execution ended without recording it, and looks around."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from backroom.clients import executions, schedules
from backroom.deployment import here
from backroom.errors import ReconcileError
from backroom.observability import logger, metrics, tracer
from backroom.planning.request import parse
from backroom.recording.repair import Looked, ReconcileRequest, Repair
from backroom.watching.watch import Watch
from backroom.words import RunStatus


@logger.inject_lambda_context(correlation_id_path="run")
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Take ReconcileRequest (docs/architecture.md, Functions); give the runs that it looked at and what came of it."""
    request, deployment, now = parse(ReconcileRequest, event), here(), datetime.now(UTC)
    looked = Repair(deployment, executions(), time.sleep).answer(request, now)
    _tell_of_repairs(looked)
    failed = [f"run {run.run} could not be repaired: {run.error}" for run in looked if run.error]
    if request.is_sweep:
        failed += _look_around(Watch(deployment, schedules()), now)
    metrics.add_metric("ReconcilesFailed", MetricUnit.Count, len(failed))
    if failed:
        raise ReconcileError(f"{len(failed)} things failed, and will be tried again: {'; '.join(failed)}")
    return {"runs": [asdict(run) for run in looked]}


def _tell_of_repairs(looked: Sequence[Looked]) -> None:
    """Log and count the runs that were repaired; one that somebody has stopped needs it by design."""
    repaired = [run for run in looked if run.repaired]
    for run in repaired:
        logger.warning("run repaired", extra={"run": run.run, "status": run.status, "outcome": run.message})
    stopped = sum(run.status is RunStatus.ABORTED for run in repaired)
    metrics.add_metric("RunsRepaired", MetricUnit.Count, len(repaired) - stopped)
    metrics.add_metric("RunsStopped", MetricUnit.Count, stopped)


def _look_around(watch: Watch, now: datetime) -> tuple[str, ...]:
    """Log and count what alarms are made of; gives what could not be looked at."""
    seen = watch.look(now)
    for slot in seen.missed:
        logger.warning("slot missed", extra={"job": slot.job, "slot": f"{slot.first:%Y-%m-%dT%H:%M:%SZ}"})
    for queue, seconds in seen.fronts.items():
        logger.info("front of queue", extra={"queue": queue, "seconds": round(seconds)})
    metrics.add_metric("Sweeps", MetricUnit.Count, 1)
    metrics.add_metric("SlotsMissed", MetricUnit.Count, len(seen.missed))
    metrics.add_metric("FrontOfQueueSeconds", MetricUnit.Seconds, seen.front)
    return seen.failed
