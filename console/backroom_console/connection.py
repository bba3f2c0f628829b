"""One stack and the clients that reach it, on AWS or on the twin."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from backroom.live import LivePortions
from backroom.records import TenantSums
from backroom.runs import RunsTable
from backroom.tenant_sums import tenant_sums
from backroom.tenants import TenantsTable
from botocore.config import Config

from backroom_console import outputs
from backroom_console.outputs import Outputs
from backroom_console.target import Target

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_NO_PROFILE: dict[str, Any] = {"profile": (None, None, None, None)}
_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=10, max_pool_connections=16)
_TWIN_PAUSE = 0.25
_AWS_PAUSE = 4.0


@dataclass(frozen=True)
class Connection:
    """Makes clients when they are first used. boto3's and botocore's errors pass through."""

    target: Target
    config: Config = _CONFIG
    """How long its clients wait, and how often they try."""

    @cached_property
    def session(self) -> boto3.session.Session:
        """The session of all clients; raises ProfileNotFound."""
        target = self.target
        return boto3.session.Session(
            botocore_session=None if target.profile or not target.is_twin else _without_profile(),
            aws_access_key_id=target.access_key,
            aws_secret_access_key=target.secret_key,
            region_name=target.region,
            profile_name=target.profile,
        )

    @cached_property
    def outputs(self) -> Outputs:
        """The stack's outputs; raises UnreachableError, WrongStackError."""
        target = self.target
        if target.endpoint:
            return Outputs.of(outputs.of_twin(target.endpoint, target.region or ""), self.place)
        return Outputs.of(outputs.of_stack(self.client("cloudformation"), target.stack), self.place)

    @property
    def place(self) -> str:
        """Where this is, for a person."""
        return self.target.named(self.session.region_name)

    @property
    def pause(self) -> float:
        """Seconds between two looks at something that goes on."""
        return _TWIN_PAUSE if self.target.is_twin else _AWS_PAUSE

    def client(self, service: str) -> Any:
        """Make the client of a service."""
        make: Any = self.session.client
        return make(service, endpoint_url=self.target.endpoint, config=self.config)

    @cached_property
    def s3(self) -> "S3Client":
        """The client of S3."""
        client: S3Client = self.client("s3")
        return client

    @cached_property
    def batch(self) -> Any:
        """The client of Batch."""
        return self.client("batch")

    @cached_property
    def logs(self) -> Any:
        """The client of CloudWatch Logs."""
        return self.client("logs")

    @cached_property
    def machines(self) -> Any:
        """The client of Step Functions."""
        return self.client("stepfunctions")

    @cached_property
    def runs(self) -> RunsTable:
        """The table of runs."""
        return RunsTable(self._tables.Table(self.outputs.runs_table))

    @cached_property
    def live(self) -> LivePortions:
        """The portions that run, in the table of runs."""
        return LivePortions(self._tables.Table(self.outputs.runs_table))

    def tenant_sums(self, tenant: str, runs: Sequence[str]) -> dict[str, TenantSums]:
        """Give a tenant's sums in each of these runs that has recorded some, by run."""
        return tenant_sums(self._tables.Table(self.outputs.runs_table), tenant, runs)

    @cached_property
    def tenants(self) -> TenantsTable:
        """The table of tenants."""
        return TenantsTable(self._tables.Table(self.outputs.tenants_table))

    @cached_property
    def _tables(self) -> Any:
        make: Any = self.session.resource
        return make("dynamodb", endpoint_url=self.target.endpoint, config=self.config)


def _without_profile() -> botocore.session.Session:
    """Give a session that minds no AWS_PROFILE: a twin knows no profiles, and the one that is set may be gone."""
    return botocore.session.Session(session_vars=_NO_PROFILE)
