"""The tenant's role: a session tagged with the tenant, whose policies reach that tenant's objects only."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from backroom.worker.endings import NoPermission
from backroom.worker.settings import Aws
from backroom.worker.signing import Credentials, signed_headers
from backroom.worker.xml_text import text_of

SECONDS = 3600
"""Role chaining allows an hour at most, whatever the role's own maximum."""


@dataclass(frozen=True, slots=True)
class TenantRole:
    """Whom to become."""

    arn: str
    tenant: str
    session: str
    """Names the session in CloudTrail."""


def tenant_role(arn: str, tenant: str, run: str, portion: int) -> TenantRole:
    """The role of a tenant of a portion. The session's name keeps what tells most: the run's end, and the portion."""
    name = re.sub(r"[^\w+=,.@-]", "-", f"{run}-{portion}", flags=re.ASCII)
    return TenantRole(arn, tenant, name[-64:])


def assume(role: TenantRole, aws: Aws, source: Callable[[], Credentials], now: datetime) -> Credentials:
    """Credentials of the role, tagged `tenant`. Raises NoPermission if STS refuses, ConnectionError if it is out."""
    from backroom.worker.http import exchange

    body = urlencode(_request(role)).encode()
    headers = signed_headers(source(), aws.region, urlsplit(aws.sts_endpoint).netloc, body, now)
    status, answer = exchange("POST", aws.sts_endpoint, headers, body)
    if status == 429 or status >= 500 or b"<Code>Throttling" in answer:
        raise ConnectionError(f"STS answers {status}")
    if status != 200:
        reason = text_of(answer.decode(errors="replace"), "Message") or answer[:200].decode(errors="replace")
        raise NoPermission(
            f"{role.arn} cannot be assumed for tenant {role.tenant}: {reason}. Its trust policy has to allow "
            "sts:AssumeRole and sts:TagSession to the job's role"
        )
    return _credentials(answer.decode())


def _request(role: TenantRole) -> dict[str, str]:
    return {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": role.arn,
        "RoleSessionName": role.session,
        "DurationSeconds": str(SECONDS),
        "Tags.member.1.Key": "tenant",
        "Tags.member.1.Value": role.tenant,
    }


def _credentials(answer: str) -> Credentials:
    expires = datetime.fromisoformat(text_of(answer, "Expiration")).astimezone(UTC)
    return Credentials(
        text_of(answer, "AccessKeyId"), text_of(answer, "SecretAccessKey"), text_of(answer, "SessionToken"), expires
    )
