"""Reads what tenants name by URL, without letting them name what is none of theirs (SSRF)."""

from backroom.worker.web.fetching import Answer, Limits, Web, open_web
from backroom.worker.web.reasons import (
    BadCertificate,
    ForbiddenAddress,
    NotModified,
    RefusedByServer,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    UnknownHost,
    Unreachable,
    UnusableUrl,
    WebReason,
    parse_rest,
)

__all__ = [
    "Answer",
    "BadCertificate",
    "ForbiddenAddress",
    "Limits",
    "NotModified",
    "RefusedByServer",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "UnknownHost",
    "Unreachable",
    "UnusableUrl",
    "Web",
    "WebReason",
    "open_web",
    "parse_rest",
]
