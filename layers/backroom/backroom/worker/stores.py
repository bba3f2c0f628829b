"""Opening buckets: the runs bucket with the job's own credentials, the tenant's with the tenant's role."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from obstore.store import S3Store

from backroom.worker.ambient import ambient_credentials
from backroom.worker.bucket import Bucket
from backroom.worker.patience import Patience
from backroom.worker.settings import Aws
from backroom.worker.signing import Credentials
from backroom.worker.tenancy import TenantRole, assume

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Credential, S3CredentialProvider

ANSWER_SECONDS = 60
"""How long a whole answer of S3 may take, its body included."""


@dataclass(slots=True)
class RoleProvider:
    """Gives the S3 client credentials of the tenant's role, and new ones when it asks again because they run out."""

    assume: Callable[[], Credentials]
    ready: Credentials | None
    """Those that were got at the start, so that a role that cannot be assumed is an error of its own and at once."""

    def __call__(self) -> "S3Credential":
        credentials, self.ready = self.ready or self.assume(), None
        return _as_obstore(credentials)


def open_bucket(name: str, aws: Aws, patience: Patience, environment: Mapping[str, str]) -> Bucket:
    """A bucket with the credentials that the container was started with."""
    return Bucket(name, _store(name, aws, _ambient_provider(environment)), patience)


def open_tenant_bucket(
    name: str, aws: Aws, patience: Patience, role: TenantRole, environment: Mapping[str, str]
) -> Bucket:
    """A bucket with the tenant's role. Raises NoPermission, Outage, WrongSetup."""

    def become() -> Credentials:
        return assume(role, aws, lambda: ambient_credentials(environment), datetime.now(UTC))

    first = patience.call(f"AssumeRole {role.arn}", become)
    return Bucket(name, _store(name, aws, RoleProvider(become, first)), patience)


def _store(name: str, aws: Aws, provider: "S3CredentialProvider | None") -> S3Store:
    config: S3Config = {"region": aws.region}
    client: ClientConfig = {"timeout": f"{ANSWER_SECONDS}s", "connect_timeout": "5s"}
    if aws.s3_endpoint:
        config |= {"endpoint": aws.s3_endpoint, "virtual_hosted_style_request": False}
        client["allow_http"] = aws.s3_endpoint.startswith("http://")
    once: RetryConfig = {"max_retries": 0, "retry_timeout": timedelta(seconds=60)}
    return S3Store(name, config=config, client_options=client, retry_config=once, credential_provider=provider)


def _ambient_provider(environment: Mapping[str, str]) -> "S3CredentialProvider | None":
    """The S3 client reads keys and ECS's own endpoint by itself; an endpoint by full URL it knows in part only."""
    if environment.get("AWS_ACCESS_KEY_ID") or "AWS_CONTAINER_CREDENTIALS_FULL_URI" not in environment:
        return None
    return lambda: _as_obstore(ambient_credentials(environment))


def _as_obstore(credentials: Credentials) -> "S3Credential":
    return {
        "access_key_id": credentials.access_key_id,
        "secret_access_key": credentials.secret_access_key,
        "token": credentials.token,
        "expires_at": credentials.expires_at,
    }
