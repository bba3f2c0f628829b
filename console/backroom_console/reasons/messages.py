"""What error messages of AWS say beyond the exit code: who may not do what, and what was refused for being too much.

IAM's form: "User: ARN is not authorized to perform: ACTION on resource: ARN because ..."
(https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html). Pure.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_DENIED = re.compile(r"\b(?:AccessDenied\w*|UnauthorizedOperation|not authorized to perform)\b")
_ACTION = re.compile(r"not authorized to perform:? (?P<action>[\w-]+:\w+)(?: on resource: \"?(?P<resource>[^\s,\"]+))?")
_ROLE = re.compile(r"arn:[\w-]+:(?:sts|iam)::\d*:(?:assumed-role|role|user)/(?P<role>[^/\s,]+)")
_OPERATION = re.compile(r"calling the (?P<operation>\w+) operation")
_THROTTLED = re.compile(
    r"\b(?:Throttl\w*|TooManyRequests\w*|SlowDown|RequestLimitExceeded|RateExceeded|Rate exceeded)\b"
)
_NO_IMAGE = re.compile(r"not found|does not exist|manifest unknown|no such image|name unknown", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Denial:
    """Who may not do what; what the message does not say is empty."""

    action: str = ""
    role: str = ""
    resource: str = ""

    def __str__(self) -> str:
        who = f"role {self.role}" if self.role else "its role"
        on = f" on {self.resource}" if self.resource else ""
        return f"{who} is not allowed {self.action}{on}" if self.action else f"{who} was denied access"


def denial(texts: Iterable[str]) -> Denial | None:
    """Give the first denial of access that the texts tell of."""
    return next((_denial(text) for text in texts if _DENIED.search(text)), None)


def throttled(texts: Iterable[str]) -> str | None:
    """Give the first text that tells of a request refused for being one too many."""
    return next((text for text in texts if _THROTTLED.search(text)), None)


def is_missing_image(text: str) -> bool:
    """Say whether an image could not be pulled because there is none, as far as the text tells."""
    return _NO_IMAGE.search(text) is not None


def _denial(text: str) -> Denial:
    action, role, operation = _ACTION.search(text), _ROLE.search(text), _OPERATION.search(text)
    return Denial(
        action["action"] if action else operation["operation"] if operation else "",
        role["role"] if role else "",
        (action["resource"] or "") if action else "",
    )
