"""The credentials that a container was started with: from its environment, or from the ECS credentials endpoint.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html. Never the instance's metadata:
a Batch container has no business with the host's role.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import orjson

from backroom.worker.endings import WrongSetup
from backroom.worker.signing import Credentials

_ECS = "http://169.254.170.2"


def ambient_credentials(environment: Mapping[str, str]) -> Credentials:
    """The job role's credentials. Raises WrongSetup when there are none, ConnectionError when nobody answers."""
    if environment.get("AWS_ACCESS_KEY_ID") and environment.get("AWS_SECRET_ACCESS_KEY"):
        token = environment.get("AWS_SESSION_TOKEN") or None
        return Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], token, None)
    relative = environment.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    url = f"{_ECS}{relative}" if relative else environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if not url:
        raise WrongSetup("there are no AWS credentials: the job definition needs a job role (jobRoleArn)")
    return _fetch(url, _authorization(environment))


def _fetch(url: str, headers: Mapping[str, str]) -> Credentials:
    from backroom.worker.http import exchange

    status, body = exchange("GET", url, headers)
    if status != 200:
        raise ConnectionError(f"the credentials endpoint {url} answers {status}")
    answer = orjson.loads(body)
    expires = datetime.fromisoformat(answer["Expiration"])
    return Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer.get("Token"), expires)


def _authorization(environment: Mapping[str, str]) -> dict[str, str]:
    file = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    token = Path(file).read_text().strip() if file else environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    return {"Authorization": token} if token else {}
