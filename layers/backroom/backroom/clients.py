"""AWS clients, made in one place."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from backroom.patience import ONCE, make_patient
from backroom.storage import listing

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient
    from types_boto3_dynamodb.service_resource import DynamoDBServiceResource
    from types_boto3_s3.client import S3Client
    from types_boto3_scheduler.client import EventBridgeSchedulerClient
    from types_boto3_stepfunctions.client import SFNClient

CONNECTIONS = 64
"""As many as threads ever use one client at once; fewer would make them wait for each other."""
ANSWER_SECONDS = 60
"""How long the next bytes of an answer may take."""


@dataclass(frozen=True, slots=True)
class Clients:
    """The services that planning and recording call."""

    s3: "S3Client"
    batch: "BatchClient"
    dynamodb: "DynamoDBServiceResource"


@cache
def connect() -> Clients:
    """Make the clients from the environment (region, credentials, AWS_ENDPOINT_URL), once a process."""
    session = boto3.session.Session()
    s3: Any = session.client("s3", config=_config())
    listing.parse_fast(s3)
    batch: Any = session.client("batch", config=_config())
    dynamodb: Any = session.resource("dynamodb", config=_config())
    for client in (s3, batch, dynamodb.meta.client):
        make_patient(client)
    return Clients(s3, batch, dynamodb)


@cache
def executions() -> "SFNClient":
    """Make the client of Step Functions, once a process; what fails is looked at again in a quarter of an hour."""
    client: Any = boto3.client("stepfunctions")
    found: SFNClient = client
    return found


@cache
def schedules() -> "EventBridgeSchedulerClient":
    """Make the client of EventBridge Scheduler, once a process; what fails is looked at again as above."""
    client: Any = boto3.client("scheduler")
    found: EventBridgeSchedulerClient = client
    return found


@cache
def mail_service() -> Any:
    """Make the client of SES, once a process. It asks once: where no answer comes, the e-mail may have been sent."""
    return boto3.client("sesv2", config=_config())


def _config() -> Config:
    once: Any = ONCE
    return Config(max_pool_connections=CONNECTIONS, read_timeout=ANSWER_SECONDS, retries=once)
