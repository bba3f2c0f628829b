"""A submitted job as it was asked for: its containers resolved, and the documents that DescribeJobs echoes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backroom_local.batch import compiling
from backroom_local.batch.catalog import Definition, Document
from backroom_local.batch.container import Container, resolve
from backroom_local.batch.core.model import STOP_GRACE_MS, JobSpec, Need
from backroom_local.batch.names import short
from backroom_local.batch.node_ranges import node_documents


@dataclass(frozen=True, slots=True)
class Submission:
    """What was submitted with one SubmitJob. `nodes` has a container for each node of a multi-node job, else it is
    empty."""

    request: Document
    definition: Definition
    container: Container
    nodes: tuple[Container, ...]
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    spec: JobSpec

    def container_of(self, index: int, *, node: bool) -> Container:
        """The container of a job or child, or of a node."""
        return self.nodes[index] if node else self.container

    def inherited(self, name: str) -> Any:
        """What the request says, or else the definition (retryStrategy, timeout, propagateTags)."""
        return self.request.get(name, self.definition.body.get(name))


def make(request: Document, definition: Definition) -> Submission:
    """Merge a valid SubmitJob request with its definition."""
    body = definition.body
    parameters = {**body.get("parameters", {}), **request.get("parameters", {})}
    nodes = tuple(
        resolve(properties, override, parameters, definition.name)
        for properties, override in node_documents(body.get("nodeProperties"), request.get("nodeOverrides", {}))
    )
    main = body.get("nodeProperties", {}).get("mainNode", 0)
    container = nodes[main] if nodes else _single(body, request, parameters, definition.name)
    tags = {**(body.get("tags", {}) if body.get("propagateTags") else {}), **request.get("tags", {})}
    needs = tuple(one.need for one in nodes)
    spec = _spec(request, body, container.need, needs)
    return Submission(request, definition, container, nodes, parameters, tags, spec)


def _single(body: Document, request: Document, parameters: Mapping[str, str], definition: str) -> Container:
    """The one container of a job; with ecsProperties that of its only task."""
    if "ecsProperties" not in body:
        return resolve(
            body.get("containerProperties", {}), request.get("containerOverrides", {}), parameters, definition
        )
    task = body["ecsProperties"]["taskProperties"][0]
    roles = {"jobRoleArn": task.get("taskRoleArn"), "executionRoleArn": task.get("executionRoleArn")}
    properties = {**task["containers"][0], **roles}
    overriding = request.get("ecsPropertiesOverride", {}).get("taskProperties", [{}])[0].get("containers", [{}])
    return resolve(properties, overriding[0], parameters, definition)


def _spec(request: Document, body: Document, need: Need, nodes: tuple[Need, ...]) -> JobSpec:
    """What the core has to know."""
    timeout = (request.get("timeout") or body.get("timeout") or {}).get("attemptDurationSeconds")
    consumed = request.get("consumableResourcePropertiesOverride") or body.get("consumableResourceProperties") or {}
    return JobSpec(
        name=request["jobName"],
        queue=short(request["jobQueue"]),
        need=need,
        size=request.get("arrayProperties", {}).get("size", 0),
        nodes=nodes,
        main_node=body.get("nodeProperties", {}).get("mainNode", 0),
        retry=compiling.retry(request.get("retryStrategy") or body.get("retryStrategy") or {}),
        timeout_ms=None if timeout is None else timeout * 1000,
        grace_ms=_grace(body),
        dependencies=tuple(compiling.dependency(one) for one in request.get("dependsOn", ())),
        share=request.get("shareIdentifier"),
        priority=request.get("schedulingPriorityOverride", body.get("schedulingPriority", 0)),
        claims=compiling.claims(consumed),
    )


def _grace(body: Document) -> int:
    """Milliseconds from SIGTERM to SIGKILL: `stopTimeout` of a task's container, else 30 seconds."""
    tasks = body.get("ecsProperties", {}).get("taskProperties", [])
    seconds = next((one["stopTimeout"] for task in tasks for one in task["containers"] if "stopTimeout" in one), None)
    return STOP_GRACE_MS if seconds is None else seconds * 1000
