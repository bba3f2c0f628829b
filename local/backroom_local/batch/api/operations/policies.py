"""Fair-share scheduling policies: create, update, delete, describe, list."""

from collections.abc import Mapping
from typing import Any

from backroom_local.batch import compiling
from backroom_local.batch.account import Account
from backroom_local.batch.api import rules
from backroom_local.batch.api.errors import ClientError, NotEmulatedError
from backroom_local.batch.api.paging import paged
from backroom_local.batch.api.registry import Answer, Request, operation
from backroom_local.batch.api.rules import refuse
from backroom_local.batch.names import short

LONGEST_DECAY = 604_800


@operation("CreateSchedulingPolicy")
def create(account: Account, request: Request) -> Answer:
    """A fair-share policy; quota shares are not emulated."""
    name = request["name"]
    rules.name(name, "Scheduling policy name")
    rules.tags(request.get("tags", {}))
    refuse(name in account.catalog.policies, "Object already exists")
    if "quotaSharePolicy" in request.parameters:
        raise NotEmulatedError("quotaSharePolicy")
    _check(request.get("fairsharePolicy", {}))
    arn = account.names.arn("scheduling-policy", name)
    account.catalog.policies[name] = {**request.parameters, "arn": arn}
    account.catalog.tags[arn] = dict(request.get("tags", {}))
    return {"name": name, "arn": arn}


def _check(policy: Mapping[str, Any]) -> None:
    """Ranges of the API reference, FairsharePolicy and ShareAttributes; identifiers must not overlap."""
    refuse(not 0 <= policy.get("shareDecaySeconds", 0) <= LONGEST_DECAY, "shareDecaySeconds must be 0 to 604800")
    refuse(not 0 <= policy.get("computeReservation", 0) <= 99, "computeReservation must be 0 to 99")
    names: list[str] = []
    for share in policy.get("shareDistribution", ()):
        name = share["shareIdentifier"]
        refuse(not rules.SHARE.fullmatch(name.removesuffix("*")), f"shareIdentifier {name} must be alphanumeric")
        refuse(not 0.0001 <= share.get("weightFactor", 1.0) <= 999.9999, "weightFactor must be 0.0001 to 999.9999")
        refuse(any(_overlap(name, other) for other in names), f"shareIdentifier {name} overlaps with another")
        names.append(name)


def _overlap(one: str, other: str) -> bool:
    prefix, text = one.removesuffix("*"), other.removesuffix("*")
    return one == other or (one != prefix and text.startswith(prefix)) or (other != text and prefix.startswith(text))


@operation("UpdateSchedulingPolicy")
def update(account: Account, request: Request) -> Answer:
    """Change a policy, at once for the queues that use it."""
    document = _find(account, request["arn"])
    _check(request.get("fairsharePolicy", {}))
    account.catalog.policies[document["name"]] = {**document, "fairsharePolicy": request.get("fairsharePolicy", {})}
    for queue in account.catalog.queues.values():
        if short(queue.get("schedulingPolicyArn", "")) == document["name"]:
            account.scheduler.put_queue(compiling.queue(queue, account.catalog.policies))
    return {}


@operation("DeleteSchedulingPolicy")
def delete(account: Account, request: Request) -> Answer:
    """Not while a queue uses it."""
    document = _find(account, request["arn"])
    used = any(
        short(queue.get("schedulingPolicyArn", "")) == document["name"] for queue in account.catalog.queues.values()
    )
    refuse(used, "Cannot delete, found existing JobQueue relationship")
    del account.catalog.policies[document["name"]]
    return {}


@operation("DescribeSchedulingPolicies")
def describe(account: Account, request: Request) -> Answer:
    """Those whose ARNs are given."""
    found = [account.catalog.policies[short(arn)] for arn in request["arns"] if short(arn) in account.catalog.policies]
    return {
        "schedulingPolicies": [{**one, "tags": account.catalog.tags.get(one["arn"], {})} for one in found],
    }


@operation("ListSchedulingPolicies")
def list_policies(account: Account, request: Request) -> Answer:
    """The ARNs of all."""
    everything = list(account.catalog.policies.values())
    return paged(request, "schedulingPolicies", everything, lambda one: {"arn": one["arn"]})


def _find(account: Account, arn: str) -> Mapping[str, Any]:
    document = account.catalog.policies.get(short(arn))
    if document is None:
        raise ClientError(f"SchedulingPolicy {arn} does not exist")
    return document
