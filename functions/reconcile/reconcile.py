"""ReconcileFunction: brings runs to their recorded end whose execution ended without recording it."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from backroom.clients import executions
from backroom.deployment import here
from backroom.errors import ReconcileError
from backroom.observability import logger, metrics, tracer
from backroom.planning.request import parse
from backroom.recording.repair import ReconcileRequest, Repair


@logger.inject_lambda_context(correlation_id_path="run")
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Take ReconcileRequest (docs/architecture.md, Functions); give the runs that it looked at and what came of it."""
    looked = Repair(here(), executions(), time.sleep).answer(parse(ReconcileRequest, event), datetime.now(UTC))
    repaired = [run for run in looked if run.repaired]
    for run in repaired:
        logger.warning("run repaired", extra={"run": run.run, "status": run.status, "outcome": run.message})
    metrics.add_metric("RunsRepaired", MetricUnit.Count, len(repaired))
    if failed := [f"{run.run}: {run.error}" for run in looked if run.error]:
        raise ReconcileError(f"{len(failed)} runs could not be repaired, and will be tried again: {'; '.join(failed)}")
    return {"runs": [asdict(run) for run in looked]}
