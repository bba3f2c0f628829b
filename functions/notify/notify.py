"""NotifyFunction: tells tenants by e-mail what became of their part of a run."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from backroom.clients import connect, mail_service
from backroom.deployment import here
from backroom.notifying.mails import MailState, NotifyRequest, Post
from backroom.notifying.sent import SentMails
from backroom.observability import logger, metrics, tracer
from backroom.planning.request import parse

LETTERS = {path.stem: path.read_text() for path in Path(__file__).with_name("letters").glob("*.txt")}


@logger.inject_lambda_context(correlation_id_path="run")
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Take NotifyRequest; give how many e-mails came to which state, and of a dry run the e-mails themselves."""
    request = parse(NotifyRequest, event)
    deployment = here()
    settings = deployment.settings
    sent = SentMails(connect().dynamodb.Table(settings.runs_table))
    sender, reports = settings.mail_sender, settings.reports_url
    post = Post(deployment.runs, deployment.tenants, sent, mail_service(), sender, LETTERS, reports)
    mails = list(post.mails(request, datetime.now(UTC)))
    counts = Counter(mail.state for mail in mails)
    logger.info("mails", extra={"job": request.job, "dry_run": request.dry_run, "mails": counts})
    metrics.add_dimension("job", request.job)
    metrics.add_metric("MailsSent", MetricUnit.Count, 0 if request.dry_run else counts[MailState.SENT])
    shown = [mail.model_dump(mode="json") for mail in mails] if request.dry_run else []
    return {"counts": counts, "mails": shown}
