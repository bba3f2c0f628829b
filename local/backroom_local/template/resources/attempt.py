"""Calls that may find what they shall make already there, or what they shall remove already gone."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError


def unless(codes: tuple[str, ...], call: Callable[..., Any], **parameters: Any) -> Any | None:
    """Call an operation; None when it answers by one of these error codes, other errors are raised."""
    try:
        return call(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] in codes:
            return None
        raise
