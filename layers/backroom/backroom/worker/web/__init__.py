"""Reads what tenants name by URL, without letting them name what is none of theirs (SSRF)."""

from backroom.worker.web.fetching import Answer, Limits, Web, open_web
from backroom.worker.web.links import Pool
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
from backroom.worker.web.urls import parse_url

__all__ = [
    "Answer",
    "BadCertificate",
    "ForbiddenAddress",
    "Limits",
    "NotModified",
    "Pool",
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
    "parse_url",
]
