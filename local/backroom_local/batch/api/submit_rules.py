"""The rules of SubmitJob that need to know what is there: queue, definition, dependencies, policy."""

from collections.abc import Mapping
from typing import Any

from backroom_local.batch import node_ranges
from backroom_local.batch.account import Account
from backroom_local.batch.api import rules
from backroom_local.batch.api.errors import ClientError, NotEmulatedError
from backroom_local.batch.api.rules import refuse
from backroom_local.batch.catalog import Definition, Document
from backroom_local.batch.core.world import UnknownError
from backroom_local.batch.names import short

MOST_BYTES = 30 * 1024
"""Size of a SubmitJob request (user guide, "AWS Batch service quotas")."""


def check(account: Account, request: Mapping[str, Any]) -> Definition:
    """Raise ClientError unless the request may be submitted; give the definition that it means."""
    rules.name(request["jobName"], "Job name")
    refuse(len(str(request)) > MOST_BYTES, f"SubmitJob request is larger than {MOST_BYTES} bytes")
    queue = _queue(account, request["jobQueue"])
    definition = _definition(account, request["jobDefinition"])
    rules.retry_strategy(request.get("retryStrategy", {}))
    rules.timeout(request.get("timeout", {}))
    rules.tags(request.get("tags", {}))
    rules.array_size(request.get("arrayProperties", {}).get("size"))
    _share(queue, request)
    _dependencies(account, request)
    _overrides(definition, request)
    _claims(account, definition, request)
    return definition


def _queue(account: Account, reference: str) -> Document:
    queue = account.catalog.queues.get(short(reference))
    if queue is None:
        raise ClientError(f"JobQueue {reference} not found.")
    refuse(queue["state"] != "ENABLED", f"JobQueue {short(reference)} is disabled and cannot accept new jobs.")
    return queue


def _definition(account: Account, reference: str) -> Definition:
    definition = account.catalog.definition(reference)
    if definition is None or not definition.active:
        raise ClientError(f"JobDefinition name {reference} does not exist or is not in ACTIVE status")
    return definition


def _share(queue: Document, request: Mapping[str, Any]) -> None:
    """A share identifier exactly where the queue has a fair-share policy (API reference, SubmitJob.shareIdentifier)."""
    share, fair = request.get("shareIdentifier"), "schedulingPolicyArn" in queue
    refuse(fair and share is None, "ShareIdentifier must be specified for a job queue with a scheduling policy")
    refuse(not fair and share is not None, "ShareIdentifier can only be specified with a fair share job queue")
    refuse(share is not None and not rules.SHARE.fullmatch(share), "ShareIdentifier must be alphanumeric")
    priority = request.get("schedulingPriorityOverride", 0)
    refuse(not 0 <= priority <= 9999, "SchedulingPriorityOverride must be between 0 and 9999")


def _dependencies(account: Account, request: Mapping[str, Any]) -> None:
    """At most 20, on jobs that are there; N_TO_N between arrays of one size, SEQUENTIAL in an array only."""
    entries = request.get("dependsOn", ())
    limit = rules.MOST_DEPENDENCIES
    refuse(len(entries) > limit, f"Maximum number of dependencies supported is {limit}")
    size = request.get("arrayProperties", {}).get("size", 0)
    for entry in entries:
        job_id, kind = entry.get("jobId"), entry.get("type")
        refuse(job_id is None and kind != "SEQUENTIAL", "A dependency without a job must be of type SEQUENTIAL")
        refuse(kind is not None and not size, f"A dependency of type {kind} is for array jobs only")
        if job_id is not None:
            _dependency(account, job_id, kind, size)


def _dependency(account: Account, job_id: str, kind: str | None, size: int) -> None:
    try:
        target = account.scheduler.world.job(job_id)
    except UnknownError:
        raise ClientError(f"Job {job_id} of dependsOn does not exist") from None
    refuse(kind == "N_TO_N" and target.spec.size != size, f"N_TO_N needs arrays of one size; {job_id} has another")


def _overrides(definition: Definition, request: Mapping[str, Any]) -> None:
    """containerOverrides for container jobs, nodeOverrides for multi-node jobs; Fargate's pairs stay pairs."""
    nodes = "nodeProperties" in definition.body
    refuse(nodes and "containerOverrides" in request, "Container overrides should not be set for multinode jobs")
    refuse(not nodes and "nodeOverrides" in request, "Node overrides should not be set for container jobs")
    refuse(nodes and "arrayProperties" in request, "Array properties should not be set for multinode jobs")
    if "eksPropertiesOverride" in request:
        raise NotEmulatedError("eksPropertiesOverride")
    override = request.get("containerOverrides", {})
    rules.environment_variables(override.get("environment", ()))
    if nodes:
        _node_overrides(definition.body["nodeProperties"], request.get("nodeOverrides", {}))
    elif override.get("resourceRequirements"):
        base = definition.body.get("containerProperties", {}).get("resourceRequirements", ())
        merged = {one["type"]: one["value"] for one in [*base, *override["resourceRequirements"]]}
        rules.resources(merged, fargate="FARGATE" in definition.body.get("platformCapabilities", ()))


def _node_overrides(properties: Document, overrides: Document) -> None:
    """numNodes needs an open range; the main node must be among the nodes (API reference, NodeOverrides.numNodes)."""
    open_ended = any(one["targetNodes"].endswith(":") for one in properties["nodeRangeProperties"])
    refuse("numNodes" in overrides and not open_ended, "numNodes can be overridden only with an open node range")
    refuse(
        properties["mainNode"] >= node_ranges.node_count(properties, overrides), "mainNode must be fewer than numNodes"
    )
    try:
        documents = node_ranges.node_documents(properties, overrides)
    except node_ranges.NodeRangeError as error:
        raise ClientError(str(error)) from error
    for _, override in documents:
        rules.environment_variables(override.get("environment", ()))


def _claims(account: Account, definition: Definition, request: Mapping[str, Any]) -> None:
    claimed = request.get("consumableResourcePropertiesOverride") or definition.body.get("consumableResourceProperties")
    rules.claims(claimed or {})
    for entry in (claimed or {}).get("consumableResourceList", ()):
        resource = entry["consumableResource"]
        refuse(short(resource) not in account.catalog.consumables, f"ConsumableResource {resource} does not exist")
