"""Temporary credentials of roles, from the twin's STS, kept until they are about to expire."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_sts.client import STSClient

_RENEW_BEFORE = timedelta(minutes=10)
"""SDKs ask for new credentials 5 to 10 minutes before they expire and must then get newer ones."""


@dataclass(frozen=True, slots=True)
class RoleCredentials:
    """What AssumeRole gives."""

    role_arn: str
    access_key_id: str
    secret_access_key: str
    token: str
    expires_at: datetime


@dataclass(slots=True)
class RoleSessions:
    """Assumes each role once for all containers that have it: on AWS one session a container, of the same rights."""

    sts: "STSClient"
    _held: dict[str, RoleCredentials] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def credentials(self, role_arn: str) -> RoleCredentials:
        """Give credentials that hold for 10 minutes at least. Raises ClientError when the role cannot be assumed."""
        with self._lock:
            held = self._held.get(role_arn)
            if held is None or held.expires_at - datetime.now(UTC) < _RENEW_BEFORE:
                held = self._held[role_arn] = self._assume(role_arn)
            return held

    def _assume(self, role_arn: str) -> RoleCredentials:
        answer = self.sts.assume_role(RoleArn=role_arn, RoleSessionName="backroom-local")["Credentials"]
        return RoleCredentials(
            role_arn, answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"], answer["Expiration"]
        )
