"""One deployed stack, as planner and recorder see it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backroom.clients import Clients, connect
from backroom.live import LivePortions
from backroom.runs import RunsTable
from backroom.settings import Settings
from backroom.tenants import TenantsTable

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient
    from types_boto3_s3.client import S3Client


@dataclass(frozen=True, slots=True)
class Deployment:
    """The stack's settings, its tables and the services that it calls."""

    settings: Settings
    s3: "S3Client"
    batch: "BatchClient"
    tenants: TenantsTable
    runs: RunsTable
    live: LivePortions

    @classmethod
    def of(cls, settings: Settings, clients: Clients) -> "Deployment":
        """Put a deployment together from its settings."""
        runs = clients.dynamodb.Table(settings.runs_table)
        tenants = TenantsTable(clients.dynamodb.Table(settings.tenants_table))
        return cls(settings, clients.s3, clients.batch, tenants, RunsTable(runs), LivePortions(runs))


def here(environment: Mapping[str, str] = os.environ) -> Deployment:
    """Give the deployment that this process is part of; raises MissingSettingError."""
    return Deployment.of(Settings.from_environment(environment), connect())
