"""The rules of RegisterJobDefinition."""

from collections.abc import Mapping
from typing import Any

from backroom_local.batch import node_ranges
from backroom_local.batch.api import rules
from backroom_local.batch.api.errors import ClientError, NotEmulatedError
from backroom_local.batch.api.rules import refuse

MOST_BYTES = 24 * 1024
"""Size of a job definition (user guide, "AWS Batch service quotas")."""


def check(request: Mapping[str, Any]) -> None:
    """Raise ClientError, or NotEmulatedError for EKS, GPUs and tasks of several containers."""
    rules.name(request["jobDefinitionName"], "Job definition name")
    rules.tags(request.get("tags", {}))
    rules.retry_strategy(request.get("retryStrategy", {}))
    rules.timeout(request.get("timeout", {}))
    rules.claims(request.get("consumableResourceProperties", {}))
    refuse(len(str(request)) > MOST_BYTES, f"Job definition is larger than {MOST_BYTES} bytes")
    fargate = "FARGATE" in request.get("platformCapabilities", ())
    if "eksProperties" in request:
        raise NotEmulatedError("eksProperties")
    if request["type"] == "multinode":
        _nodes(request, fargate=fargate)
    elif "ecsProperties" in request:
        _task(request["ecsProperties"], fargate=fargate)
    else:
        refuse("containerProperties" not in request, "Container properties must be specified for container jobs")
        container(request["containerProperties"], fargate=fargate)


def container(properties: Mapping[str, Any], *, fargate: bool) -> None:
    """One container's properties."""
    refuse(not properties.get("image"), "Container properties must specify an image")
    rules.environment_variables(properties.get("environment", ()))
    old = {"VCPU": properties.get("vcpus"), "MEMORY": properties.get("memory")}
    listed = {one["type"]: one["value"] for one in properties.get("resourceRequirements", ())}
    rules.resources({kind: str(value) for kind, value in old.items() if value} | listed, fargate=fargate)
    if fargate:
        refuse(not properties.get("executionRoleArn"), "EXECUTION_ROLE_ARN is required for Fargate jobs")
        refuse(properties.get("privileged"), "privileged is not applicable for Fargate.")
    else:
        refuse("networkConfiguration" in properties, "networkConfiguration not applicable for EC2.")


def _task(properties: Mapping[str, Any], *, fargate: bool) -> None:
    tasks = properties["taskProperties"]
    refuse(len(tasks) != 1, "ecsProperties must have one entry in taskProperties")
    task, containers = tasks[0], tasks[0]["containers"]
    if len(containers) != 1:
        raise NotEmulatedError("a task of several containers (ecsProperties)")
    stop = containers[0].get("stopTimeout", 0)
    refuse(stop > rules.LARGEST_STOP_TIMEOUT, "stopTimeout must be at most 120 seconds")
    container({**containers[0], "executionRoleArn": task.get("executionRoleArn")}, fargate=fargate)


def _nodes(request: Mapping[str, Any], *, fargate: bool) -> None:
    """Multi-node: properties for every node, the main one among them, on EC2 only."""
    refuse(fargate, "Multi-node parallel jobs are not supported on Fargate")
    refuse("nodeProperties" not in request, "Node properties must be specified for multinode jobs")
    properties = request["nodeProperties"]
    count, main = properties["numNodes"], properties["mainNode"]
    refuse(count < 1, "numNodes must be at least 1")
    refuse(not 0 <= main < count, "mainNode must be fewer than numNodes")
    try:
        documents = node_ranges.node_documents(properties, {})
    except node_ranges.NodeRangeError as error:
        raise ClientError(str(error)) from error
    for document, _ in documents:
        container(document, fargate=False)
