"""Tags of whatever has an ARN of Batch."""

from backroom_local.batch.account import Account
from backroom_local.batch.api import rules
from backroom_local.batch.api.errors import ClientError
from backroom_local.batch.api.registry import Answer, Request, operation


@operation("TagResource")
def tag(account: Account, request: Request) -> Answer:
    """Add tags, or change their values."""
    tags = _tags(account, request["resourceArn"])
    rules.tags({**tags, **request["tags"]})
    tags.update(request["tags"])
    return {}


@operation("UntagResource")
def untag(account: Account, request: Request) -> Answer:
    """Take tags away; those that are not there are no error."""
    tags = _tags(account, request["resourceArn"])
    for key in request["tagKeys"]:
        tags.pop(key, None)
    return {}


@operation("ListTagsForResource")
def list_tags(account: Account, request: Request) -> Answer:
    """The tags of a resource."""
    return {"tags": dict(_tags(account, request["resourceArn"]))}


def _tags(account: Account, arn: str) -> dict[str, str]:
    if arn not in account.catalog.tags:
        raise ClientError(f"Resource {arn} does not exist")
    return account.catalog.tags[arn]
