"""How AWS says no: its sentence, and the form that each protocol gives it, so that clients raise what they do on AWS.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from backroom_local.access.evaluation import Call, Decision, Kind
from backroom_local.access.principals import Principal
from backroom_local.server import wsgi
from backroom_local.server.wsgi import Environ, StartResponse

_CODES: Final = {"sns": "AuthorizationError"}
"""Services of the query protocol that do not say AccessDenied."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A code of AWS with its message; `query` is the code of S3 and of the query protocol, which is older."""

    code: str
    query: str
    message: str


def denied(principal: Principal, call: Call, decision: Decision) -> str:
    """Give AWS's sentence about a call that was denied; S3 puts the resource in quotes."""
    if decision.statement is not None:
        article = "an" if decision.kind is Kind.IDENTITY else "a"
        reason = f"with an explicit deny in {article} {decision.kind}"
    else:
        reason = f"because no {decision.kind} allows the {call.action} action"
    return sentence(principal, call, reason)


def sentence(principal: Principal, call: Call, reason: str) -> str:
    """Give AWS's sentence about a call, with a reason."""
    resource = f'"{call.resource}"' if call.action.startswith("s3:") else call.resource
    return f"User: {principal.name} is not authorized to perform: {call.action} on resource: {resource} {reason}"


def access_denied(message: str) -> Refusal:
    """Give the refusal of what is not allowed."""
    return Refusal("AccessDeniedException", "AccessDenied", message)


def unknown_key(service: str) -> Refusal:
    """Give the refusal of an access key that is nobody's."""
    if service == "s3":
        message = "The AWS Access Key Id you provided does not exist in our records."
        return Refusal("InvalidAccessKeyId", "InvalidAccessKeyId", message)
    message = "The security token included in the request is invalid."
    return Refusal("UnrecognizedClientException", "InvalidClientTokenId", message)


def answer(refusal: Refusal, service: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request to a service (boto3's name) with a refusal, in the protocol in which it was asked."""
    started = wsgi.identified(start_response)
    if service == "s3":
        content = _s3(refusal) if environ["REQUEST_METHOD"] != "HEAD" else b""
        return wsgi.answer(started, 403, content, content_type="application/xml")
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return wsgi.answer(started, 403, _query(refusal, service), content_type="text/xml")
    if "HTTP_SMITHY_PROTOCOL" in environ:
        headers = [("smithy-protocol", environ["HTTP_SMITHY_PROTOCOL"])]
        return wsgi.answer(started, 403, _cbor(refusal), headers, "application/cbor")
    headers = [("x-amzn-ErrorType", refusal.code)]
    if service == "sqs":
        headers.append(("x-amzn-query-error", f"{refusal.query};Sender"))
    if "HTTP_X_AMZ_TARGET" in environ:
        return wsgi.answer(started, 400, _json(refusal), headers, "application/x-amz-json-1.0")
    return wsgi.answer(started, 403, _json(refusal), headers)


def _json(refusal: Refusal) -> bytes:
    """Give a refusal in JSON; services differ in how they write `message`."""
    kind = f"com.amazon.coral.service#{refusal.code}"
    return json.dumps({"__type": kind, "message": refusal.message, "Message": refusal.message}).encode()


def _query(refusal: Refusal, service: str) -> bytes:
    """Give a refusal of the query protocol."""
    code = _CODES.get(service, refusal.query) if refusal.query == "AccessDenied" else refusal.query
    inner = f"<Type>Sender</Type><Code>{code}</Code><Message>{escape(refusal.message)}</Message>"
    return f"<ErrorResponse><Error>{inner}</Error><RequestId>0</RequestId></ErrorResponse>".encode()


def _s3(refusal: Refusal) -> bytes:
    """Give a refusal of S3."""
    inner = f"<Code>{refusal.query}</Code><Message>{escape(refusal.message)}</Message>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}<RequestId>0</RequestId></Error>'.encode()


def _cbor(refusal: Refusal) -> bytes:
    """Give a refusal in CBOR: a map of two texts (RFC 8949)."""
    texts = ("__type", refusal.code, "message", refusal.message)
    return b"\xa2" + b"".join(b"\x79" + len(text.encode()).to_bytes(2) + text.encode() for text in texts)
