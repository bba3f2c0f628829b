"""AWS Signature Version 4 for one POST request, so that a container need not import an SDK for its one call of STS.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
Tested against botocore's signer.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key, and when it runs out (None: never, as far as is known)."""

    access_key_id: str
    secret_access_key: str
    token: str | None
    expires_at: datetime | None


def signed_headers(credentials: Credentials, region: str, host: str, body: bytes, now: datetime) -> dict[str, str]:
    """Headers of `POST /` to STS with that body. `host` as it stands in the Host header, `now` in UTC."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {"content-type": CONTENT_TYPE, "host": host, "x-amz-date": stamp}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    scope = f"{stamp[:8]}/{region}/sts/aws4_request"
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(_key(credentials.secret_access_key, scope), to_sign.encode(), hashlib.sha256).hexdigest()
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return {**headers, "authorization": authorization}


def _key(secret: str, scope: str) -> bytes:
    """The signing key: the secret, hashed with every part of the scope in turn."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
