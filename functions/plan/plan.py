"""PlanFunction: plans a wave of a run, or says what it would plan."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from backroom.deployment import here
from backroom.errors import PlanTooSlowError
from backroom.observability import logger, metrics, tracer
from backroom.planning.in_time import within
from backroom.planning.plan import plan
from backroom.planning.request import PlanRequest, parse

MARGIN = 10.0
"""Seconds that are left to answer in."""


@logger.inject_lambda_context(correlation_id_path="run")
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take PlanRequest, give PlanAnswer (docs/architecture.md, The machine, 3)."""
    request = parse(PlanRequest, event)
    answer = _foresee(request, context) if request.dry_run else _plan(request)
    logger.info(answer["message"], extra={"job": answer["job"], "portions": answer["portions"]})
    metrics.add_dimension("job", answer["job"])
    metrics.add_metric(
        "PortionsForeseen" if request.dry_run else "PortionsPlanned", MetricUnit.Count, answer["portions"]
    )
    return answer


def _plan(request: PlanRequest) -> dict[str, Any]:
    """Plan in earnest. A dry run that fails tells who asked for it, and nobody is to be woken."""
    try:
        return plan(request, here(), datetime.now(UTC))
    except Exception:
        metrics.add_metric("PlansFailed", MetricUnit.Count, 1)
        raise


def _foresee(request: PlanRequest, context: LambdaContext) -> dict[str, Any]:
    """Do a dry run here also for a job that a Batch job plans, as far as the function's time reaches."""
    deployment, seconds = here(), context.get_remaining_time_in_millis() / 1000 - MARGIN
    late = PlanTooSlowError(
        f"what {request.job} would plan could not be found out in the {max(seconds, 0):.0f} s that a dry run has; "
        "name fewer tenants, or start a run: by `Planner: batch` in the job's row it has as long as it takes"
    )
    return within(seconds, lambda: plan(request, deployment, datetime.now(UTC)), late)
