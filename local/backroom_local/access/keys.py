"""The condition keys that every request has, and those that the twin knows to be absent when a request has none."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from backroom_local.access.arns import Place
from backroom_local.access.matching import Context
from backroom_local.access.principals import Principal

_ABSENT: Final = (
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:federatedprovider",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
    "aws:referer",
    "aws:requesttag/",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:tagkeys",
    "aws:username",
    "aws:vpcsourceip",
    "dynamodb:enclosingoperation",
    "dynamodb:returnvalues",
    "dynamodb:select",
    "events:detail-type",
    "events:source",
    "lambda:functionurlauthtype",
    "s3:delimiter",
    "s3:if-match",
    "s3:if-none-match",
    "s3:max-keys",
    "s3:objectcreationoperation",
    "s3:prefix",
    "s3:versionid",
    "s3:x-amz-acl",
    "s3:x-amz-copy-source",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-storage-class",
    "sts:externalid",
    "sts:rolesessionname",
    "sts:sourceidentity",
    "sts:transitivetagkeys",
)
_OF_SERVICES: Final = frozenset({"aws:sourcearn"})
"""Services always act for a resource; the twin does not always know for which."""


def known(principal: Principal) -> frozenset[str]:
    """Give the condition keys whose absence from a caller's request says that they are absent."""
    return frozenset(_ABSENT) - (_OF_SERVICES if principal.service else frozenset())


def common(principal: Principal, place: Place, environ: Mapping[str, str], now: datetime) -> Context:
    """Give the condition keys of a request that do not depend on what it asks for.

    The loopback interface stands for TLS: `aws:SecureTransport` is true.
    """
    tags = {f"aws:principaltag/{key}".lower(): (value,) for key, value in principal.tags.items()}
    return {
        "aws:currenttime": (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:epochtime": (str(int(now.timestamp())),),
        "aws:principalaccount": (principal.account or place.account,),
        "aws:principalisawsservice": (str(bool(principal.service)).lower(),),
        "aws:principaltype": ("AssumedRole" if principal.role_arn else "AWSService",),
        "aws:requestedregion": (place.region,),
        "aws:resourceaccount": (place.account,),
        "aws:securetransport": ("true",),
        "aws:sourceip": (environ.get("REMOTE_ADDR") or "127.0.0.1",),
        "aws:useragent": (environ.get("HTTP_USER_AGENT", ""),),
        "aws:viaawsservice": ("false",),
        **({"aws:principalarn": (principal.role_arn,)} if principal.role_arn else {}),
        **({"aws:sourceaccount": (place.account,)} if principal.service else {}),
        **({"aws:sourcearn": (principal.source,)} if principal.source else {}),
        **tags,
    }
