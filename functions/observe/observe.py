"""ObserveFunction: writes down what Batch's events say of portions while their run goes on."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from backroom.deployment import here
from backroom.observability import logger, metrics, tracer
from backroom.recording.observe import Observer


@cache
def observer() -> Observer:
    """Make the observer, once a process: it keeps the indexes that it has read."""
    deployment = here()
    return Observer(deployment.s3, deployment.settings.bucket, deployment.settings.stack, deployment.live)


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Take a batch of SQS; give those of its messages that are to come again."""
    observed = observer().observe(event["Records"], datetime.now(UTC))
    metrics.add_metric("PortionsSeen", MetricUnit.Count, observed.written)
    metrics.add_metric("QueuesBlocked", MetricUnit.Count, len(observed.blocked))
    for blocked in observed.blocked:
        told = {"queue": blocked.queue, "batch_job_id": blocked.batch_job_id, "reason": blocked.reason}
        logger.warning("queue blocked", extra=told)
    if observed.failed:
        logger.warning("messages will come again", extra={"messages": observed.failed})
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in observed.failed]}
