"""Asks Batch, and EC2 for the sizes of instance types, about queues and what waits in them.

What somebody may not ask is left out of the evidence; botocore's other errors pass through.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from backroom.planning.definitions import container_of
from backroom.recording.batch_jobs import DESCRIBED_AT_ONCE
from botocore.exceptions import ClientError

from backroom_console.connection import Connection
from backroom_console.errors import WrongStackError
from backroom_console.reasons.queues import Environment, InstanceSize, Queue, Resource, Usage, WaitingJob

_ACTIVE = ("STARTING", "RUNNING")
_REGISTERED = 0.95
"""Share of an instance's memory that it can give at most: kernel and agent keep the rest (Batch's user guide, "Compute
resource memory management")."""
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}


def read_queue(connection: Connection, arn: str) -> Queue:
    """Give a queue of the stack by its ARN, with its environments and what stands at its front.

    Raises WrongStackError if Batch has no such queue.
    """
    queues = connection.batch.describe_job_queues(jobQueues=[arn])["jobQueues"]
    if not queues:
        raise WrongStackError(f"Batch has no queue {arn}, which the stack's outputs name: deploy the stack again")
    queue = queues[0]
    order = sorted(queue["computeEnvironmentOrder"], key=lambda one: one["order"])
    names = [one["computeEnvironment"] for one in order]
    found = connection.batch.describe_compute_environments(computeEnvironments=names)["computeEnvironments"]
    known = {one["computeEnvironmentArn"]: one for one in found} | {one["computeEnvironmentName"]: one for one in found}
    snapshot = connection.batch.get_job_queue_snapshot(jobQueue=arn)
    return Queue(
        queue["jobQueueName"],
        queue["state"],
        queue.get("status", "VALID"),
        queue.get("statusReason", ""),
        tuple(_environment(connection, known[name]) for name in names if name in known),
        tuple(job["jobArn"] for job in snapshot.get("frontOfQueue", {}).get("jobs", [])),
        _usage(snapshot.get("queueUtilization", {})),
    )


def read_waiting(connection: Connection, job: str) -> WaitingJob | None:
    """Give a Batch job by its id or ARN, with the resources it needs; None if Batch has forgotten it."""
    found = connection.batch.describe_jobs(jobs=[job.rpartition("job/")[2]])["jobs"]
    if not found:
        return None
    detail = found[0]
    created = detail.get("createdAt")
    # Of several nodes each needs as much, on an instance of its own.
    container = detail.get("container") or container_of(detail)
    needs = {one["type"]: float(one["value"]) for one in container.get("resourceRequirements", [])}
    claims = detail.get("consumableResourceProperties", {}).get("consumableResourceList", [])
    return WaitingJob(
        detail["jobId"],
        detail["jobName"],
        needs.get("VCPU", container.get("vcpus", 0)),
        int(needs.get("MEMORY", container.get("memory", 0))),
        detail.get("statusReason", ""),
        datetime.fromtimestamp(created / 1000, UTC) if created else None,
        tuple(read_resource(connection, one["consumableResource"], one.get("quantity", 1)) for one in claims),
        detail["jobQueue"],
    )


def running_in(connection: Connection, arn: str) -> int:
    """Count the Batch jobs of a queue that run, arrays of which anything runs as one, those of the first page."""
    found = {
        state: connection.batch.list_jobs(jobQueue=arn, jobStatus=state)["jobSummaryList"]
        for state in (*_ACTIVE, "PENDING")
    }
    arrays = _arrays_at_work(connection, [job["jobId"] for job in found["PENDING"] if "arrayProperties" in job])
    return sum(len(found[state]) for state in _ACTIVE) + len(arrays)


def _usage(found: Mapping[str, Any]) -> Usage | None:
    if "totalCapacityUsage" not in found:
        return None
    total = _vcpus(found["totalCapacityUsage"])
    if "fairshareUtilization" not in found:
        return Usage(total)
    top = found["fairshareUtilization"].get("topCapacityUtilization", ())
    return Usage(total, tuple((one["shareIdentifier"], _vcpus(one["capacityUsage"])) for one in top))


def _vcpus(used: Iterable[Mapping[str, Any]]) -> float:
    """Sum what is used: of containers in ECS all of it is vCPUs."""
    return float(sum(one["quantity"] for one in used))


def _environment(connection: Connection, found: Mapping[str, Any]) -> Environment:
    resources = found.get("computeResources", {})
    return Environment(
        found["computeEnvironmentName"],
        found["state"],
        found.get("status", "VALID"),
        found.get("statusReason", ""),
        resources.get("maxvCpus", 0),
        resources.get("desiredvCpus"),
        _largest(connection, resources.get("instanceTypes", ())),
    )


def _largest(connection: Connection, types: Iterable[str]) -> InstanceSize | None:
    """Give the largest of these types and families; None where a name is Batch's own (`optimal`), or nobody may ask."""
    patterns = [name if "." in name else f"{name}.*" for name in types]
    if not patterns or any("_" in name or name.startswith("optimal") for name in patterns):
        return None
    try:
        pages = connection.client("ec2").get_paginator("describe_instance_types")
        found = [
            one
            for page in pages.paginate(Filters=[{"Name": "instance-type", "Values": patterns}])
            for one in page["InstanceTypes"]
        ]
    except ClientError as error:
        if error.response["Error"]["Code"] not in _DENIED:
            raise
        return None
    return _size(found)


def _size(types: list[dict[str, Any]]) -> InstanceSize | None:
    if not types:
        return None
    memory = max(one["MemoryInfo"]["SizeInMiB"] for one in types)
    return InstanceSize(max(one["VCpuInfo"]["DefaultVCpus"] for one in types), int(memory * _REGISTERED))


def read_resource(connection: Connection, name: str, needed: int = 0) -> Resource:
    """Give a consumable resource by its name or ARN, and who holds some of it."""
    found = connection.batch.describe_consumable_resource(consumableResource=name)
    total, left = found.get("totalQuantity", 0), found.get("availableQuantity", 0)
    return Resource(found["consumableResourceName"], total, left, needed, _holders(connection, name))


def _holders(connection: Connection, resource: str) -> tuple[str, ...]:
    """Name the Batch jobs that have some of a resource: those that run, and arrays (PENDING) whose children do."""
    found = {
        state: connection.batch.list_jobs_by_consumable_resource(
            consumableResource=resource, filters=[{"name": "JOB_STATUS", "values": [state]}]
        )["jobs"]
        for state in (*_ACTIVE, "PENDING")
    }
    arrays = _arrays_at_work(connection, [job["jobArn"].rpartition("/")[2] for job in found["PENDING"]])
    names = [job["jobName"] for state in _ACTIVE for job in found[state]]
    return tuple(dict.fromkeys([*names, *arrays]))


def _arrays_at_work(connection: Connection, ids: list[str]) -> list[str]:
    """Name those of the first arrays, which stay PENDING while their children run, of which any child runs."""
    details = connection.batch.describe_jobs(jobs=ids[:DESCRIBED_AT_ONCE])["jobs"] if ids else []
    return [job["jobName"] for job in details if _has_running(job)]


def _has_running(array: Mapping[str, Any]) -> bool:
    summary = array.get("arrayProperties", {}).get("statusSummary", {})
    return any(summary.get(state) for state in _ACTIVE)
