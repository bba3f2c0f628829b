"""Compute environments: create, update, delete, describe."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from backroom_local.batch import compiling
from backroom_local.batch.account import Account
from backroom_local.batch.api import rules
from backroom_local.batch.api.errors import ClientError, NotEmulatedError
from backroom_local.batch.api.paging import chosen, paged
from backroom_local.batch.api.registry import Answer, Request, operation
from backroom_local.batch.api.rules import refuse
from backroom_local.batch.core.model import CPU_UNITS
from backroom_local.batch.instance_types import UnknownInstanceTypeError
from backroom_local.batch.names import short

EC2_ONLY = ("instanceRole", "minvCpus", "desiredvCpus", "instanceTypes", "launchTemplate", "ec2Configuration", "tags")


@operation("CreateComputeEnvironment")
def create(account: Account, request: Request) -> Answer:
    """A managed environment of EC2, spot or Fargate, VALID at once."""
    body = {"state": "ENABLED", **request.parameters}
    name = body["computeEnvironmentName"]
    rules.name(name, "Compute environment name")
    rules.tags(body.get("tags", {}))
    refuse(name in account.catalog.environments, "Object already exists")
    _check(body)
    document = {
        **body,
        "computeEnvironmentArn": account.names.arn("compute-environment", name),
        "ecsClusterArn": f"arn:aws:ecs:{account.names.region}:{account.names.account}:cluster/backroom-local",
        "containerOrchestrationType": "ECS",
        "uuid": request.new_id,
    }
    _store(account, document, request.now)
    account.catalog.tags[document["computeEnvironmentArn"]] = dict(body.get("tags", {}))
    return _named(document)


def _check(body: Mapping[str, Any]) -> None:
    """Managed, with resources; what belongs to EC2 is there for EC2 and not for Fargate."""
    if body["type"] != "MANAGED" or "eksConfiguration" in body:
        raise NotEmulatedError("an unmanaged or EKS compute environment")
    refuse("computeResources" not in body, "ComputeResources must be specified for managed compute environments")
    resources = body["computeResources"]
    kind = resources["type"]
    if kind not in ("EC2", "SPOT", "FARGATE", "FARGATE_SPOT"):
        raise NotEmulatedError(f"a compute environment of type {kind}")
    refuse(not resources.get("subnets"), "Resource subnets is required.")
    if kind.startswith("FARGATE"):
        extra = next((one for one in EC2_ONLY if one in resources), None)
        refuse(extra, f"{extra} is not applicable for Fargate.")
        refuse(not resources.get("securityGroupIds"), "Resource securityGroupIds is required.")
    else:
        refuse(not resources.get("instanceRole"), "Instance role is required.")
        _check_capacity(resources)


def _check_capacity(resources: Mapping[str, Any]) -> None:
    low, high = resources.get("minvCpus", 0), resources["maxvCpus"]
    refuse(low < 0, "minvCpus must be at least 0")
    refuse(high < max(1, low), "maxvCpus must be at least 1 and no less than minvCpus")
    desired = resources.get("desiredvCpus", low)
    refuse(not low <= desired <= high, "desiredvCpus must be between minvCpus and maxvCpus")


def _store(account: Account, document: Mapping[str, Any], now: int) -> None:
    try:
        spec = compiling.environment(document, account.host_vcpus)
    except UnknownInstanceTypeError as error:
        raise ClientError(f"Instance type can only be one of those of EC2: {error}") from error
    account.scheduler.put_environment(spec, now)
    account.catalog.environments[spec.name] = document


@operation("UpdateComputeEnvironment")
def update(account: Account, request: Request) -> Answer:
    """Change state, capacity and what instances are made of; what runs is not touched."""
    document = find(account, request["computeEnvironment"])
    changes = {key: value for key, value in request.parameters.items() if key != "computeEnvironment"}
    resources = {**document.get("computeResources", {}), **changes.pop("computeResources", {})}
    resources.pop("updateToLatestImageVersion", None)
    changed = {**document, **changes, "computeResources": resources}
    _check(changed)
    _store(account, changed, request.now)
    return _named(changed)


@operation("DeleteComputeEnvironment")
def delete(account: Account, request: Request) -> Answer:
    """Disabled, and used by no queue. One that is not there is no error."""
    document = account.catalog.environments.get(short(request["computeEnvironment"]))
    if document is None:
        return {}
    name = document["computeEnvironmentName"]
    refuse(document["state"] != "DISABLED", "Cannot delete, compute environment must be disabled first")
    used = any(
        short(one["computeEnvironment"]) == name
        for queue in account.catalog.queues.values()
        for one in queue["computeEnvironmentOrder"]
    )
    refuse(used, "Cannot delete, found existing JobQueue relationship")
    account.scheduler.drop_environment(name)
    del account.catalog.environments[name]
    return {}


@operation("DescribeComputeEnvironments")
def describe(account: Account, request: Request) -> Answer:
    """Those named, or all; desiredvCpus is what runs now."""
    found = chosen(account.catalog.environments, request.get("computeEnvironments"))
    return paged(request, "computeEnvironments", found, partial(_document, account))


def _document(account: Account, document: Mapping[str, Any]) -> dict[str, Any]:
    name = document["computeEnvironmentName"]
    resources = dict(document["computeResources"])
    if not resources["type"].startswith("FARGATE"):
        resources["desiredvCpus"] = account.scheduler.world.environments[name].cpu // CPU_UNITS
    return {
        **document,
        "computeResources": resources,
        "status": "VALID",
        "statusReason": "ComputeEnvironment Healthy",
        "tags": account.catalog.tags.get(document["computeEnvironmentArn"], {}),
    }


def find(account: Account, reference: str) -> Mapping[str, Any]:
    """The environment of a name or ARN. Raises ClientError."""
    document = account.catalog.environments.get(short(reference))
    if document is None:
        raise ClientError(f"ComputeEnvironment {reference} not found.")
    return document


def _named(document: Mapping[str, Any]) -> Answer:
    return {key: document[key] for key in ("computeEnvironmentName", "computeEnvironmentArn")}
