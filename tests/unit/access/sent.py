"""What boto3 would send: the WSGI environment of a request, caught before it leaves."""

import contextlib
import io
from typing import Any
from urllib.parse import urlsplit

import boto3
from backroom_local.service_models import boto
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

REGION, ACCOUNT = "eu-central-1", "123456789012"
_URL = "http://127.0.0.1:9"


class _CaughtError(Exception):
    """The request is caught."""


def environ(service: str, operation: str, parameters: dict[str, Any], key: str = "backroom") -> dict[str, Any]:
    """Give the environment of a request that boto3 makes; nothing is sent."""
    session: boto3.session.Session = boto()
    make: Any = session.client
    client = make(service, REGION, endpoint_url=_URL, aws_access_key_id=key, aws_secret_access_key="s")
    caught: list[AWSPreparedRequest] = []

    def catch(request: AWSPreparedRequest, **_more: Any) -> AWSResponse:
        caught.append(request)
        raise _CaughtError

    client.meta.events.register("before-send", catch)
    with contextlib.suppress(_CaughtError):
        getattr(client, xform_name(operation))(**parameters)
    return _wsgi(caught[0])


def _wsgi(request: AWSPreparedRequest) -> dict[str, Any]:
    url, body = urlsplit(request.url), request.body or b""
    content: Any = (
        body.encode() if isinstance(body, str) else body if isinstance(body, bytes | bytearray) else body.read()
    )
    made: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": url.path,
        "RAW_URI": url.path + (f"?{url.query}" if url.query else ""),
        "QUERY_STRING": url.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "9",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(content),
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        made[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value.decode() if isinstance(value, bytes) else value
    return made | {"CONTENT_LENGTH": str(len(content))}
