"""RecordFunction: gives every portion of a wave its outcome and says what follows."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from backroom.deployment import here
from backroom.observability import logger, metrics, tracer
from backroom.planning.request import parse
from backroom.recording.record import record
from backroom.recording.request import RecordRequest


@logger.inject_lambda_context(correlation_id_path="run")
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Take RecordRequest, give RecordAnswer (docs/architecture.md, The machine, 5)."""
    request = parse(RecordRequest, event)
    answer = record(request, here(), datetime.now(UTC))
    logger.info(answer.message, extra={"job": request.job, "status": answer.status, "again": answer.again})
    metrics.add_dimension("job", request.job)
    metrics.add_metric("WavesRecorded", MetricUnit.Count, 1)
    for outcome, count in answer.counts.items():
        metrics.add_metric(f"Portions{outcome.title()}", MetricUnit.Count, count)
    return answer.model_dump(mode="json")
