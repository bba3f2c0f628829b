"""What a request asks for: service, operation and parameters, read by botocore's models and moto's parsers."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router

from backroom_local.server import wsgi
from backroom_local.server.wsgi import Environ

_SERVICES: Final = {"states": "stepfunctions", "monitoring": "cloudwatch"}
"""Name that a request is signed for -> boto3's name, where they differ."""


class UnreadableError(Exception):
    """A request is none of the service that it was signed for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, understood."""

    service: str
    """boto3's name."""
    operation: str
    parameters: Mapping[str, Any]
    """As boto3 takes them."""


def service_of(signed_for: str, path: str) -> str:
    """Give boto3's name of the service that a request was signed for; SES has two under one name."""
    if signed_for in ("ses", "email"):
        return "sesv2" if path.startswith("/v2/") else "ses"
    return _SERVICES.get(signed_for, signed_for)


def read(environ: Environ, service: str) -> Asked:
    """Read a request to a service (boto3's name). Its body can be read again. Raises UnreadableError."""
    content = wsgi.body(environ) if _has_parameters_in_body(environ, service) else b""
    request = Request({**environ, "wsgi.input": io.BytesIO(content), "CONTENT_LENGTH": str(len(content))})
    try:
        operation, in_path = get_service_router(service).match(request)
        protocol = determine_request_protocol(operation.service_model, request.content_type)
        given = {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": content,
            "url_path": request.path,
            "url_params": in_path,
        }
        return Asked(service, operation.name, PROTOCOL_PARSERS[protocol](operation).parse(given))
    except Exception as error:  # the router and the parsers raise what they please at what is no request
        raise UnreadableError(f"{environ['REQUEST_METHOD']} {request.path} is no request to {service}") from error


def _has_parameters_in_body(environ: Environ, service: str) -> bool:
    """Say whether the body says what is asked for: of S3's, only lists of keys do, and the others may be large."""
    return service != "s3" or environ["REQUEST_METHOD"] == "POST"
