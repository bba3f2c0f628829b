"""PlanFunction: plans a wave of a run, or says what it would plan."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from backroom.deployment import here
from backroom.observability import logger, metrics, tracer
from backroom.planning.plan import plan
from backroom.planning.request import PlanRequest, parse


@logger.inject_lambda_context(correlation_id_path="run")
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Take PlanRequest, give PlanAnswer (docs/architecture.md, The machine, 3)."""
    request = parse(PlanRequest, event)
    answer = plan(request, here(), datetime.now(UTC))
    logger.info(answer["message"], extra={"job": answer["job"], "portions": answer["portions"]})
    metrics.add_dimension("job", answer["job"])
    metrics.add_metric(
        "PortionsForeseen" if request.dry_run else "PortionsPlanned", MetricUnit.Count, answer["portions"]
    )
    return answer
