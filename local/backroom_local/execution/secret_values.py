"""The values of a container's secrets, from Secrets Manager, as the ECS agent fetches them.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from backroom_local.execution.failures import ResourceInitializationError

if TYPE_CHECKING:
    from types_boto3_secretsmanager.client import SecretsManagerClient

_ARN_PARTS = 7
"""arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME"""


@dataclass(frozen=True, slots=True)
class SecretReference:
    """A `valueFrom`, taken apart: `ARN:JSON_KEY:VERSION_STAGE:VERSION_ID`, of which all but the ARN may be missing."""

    arn: str
    json_key: str = ""
    stage: str = ""
    version: str = ""

    @classmethod
    def parse(cls, value_from: str) -> "SecretReference":
        """Take a `valueFrom` apart. Raises ResourceInitializationError for what is no secret's ARN."""
        parts = value_from.split(":")
        if len(parts) < _ARN_PARTS or parts[0] != "arn" or parts[2] != "secretsmanager":
            raise ResourceInitializationError(
                f"unable to pull secrets: {value_from} is no ARN of a secret in Secrets Manager, the only source here"
            )
        json_key, stage, version = (*parts[_ARN_PARTS:], "", "", "")[:3]
        return cls(":".join(parts[:_ARN_PARTS]), json_key, stage, version)

    @property
    def request(self) -> dict[str, Any]:
        """The parameters of GetSecretValue."""
        asked = {"SecretId": self.arn, "VersionStage": self.stage, "VersionId": self.version}
        return {name: value for name, value in asked.items() if value}


def fetch_secrets(client: "SecretsManagerClient", secrets: Mapping[str, str]) -> dict[str, str]:
    """Give the value of each variable -> `valueFrom`. Raises ResourceInitializationError naming what is missing."""
    return {name: _fetch(client, SecretReference.parse(value_from)) for name, value_from in secrets.items()}


def _fetch(client: "SecretsManagerClient", reference: SecretReference) -> str:
    try:
        text = client.get_secret_value(**reference.request)["SecretString"]
    except (ClientError, BotoCoreError, KeyError) as error:
        raise ResourceInitializationError(f"unable to pull secrets: {reference.arn}: {error}") from error
    return _field(text, reference) if reference.json_key else text


def _field(text: str, reference: SecretReference) -> str:
    try:
        value = orjson.loads(text)[reference.json_key]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ResourceInitializationError(
            f"unable to pull secrets: {reference.arn} has no JSON key {reference.json_key}"
        ) from error
    return value if isinstance(value, str) else orjson.dumps(value).decode()
