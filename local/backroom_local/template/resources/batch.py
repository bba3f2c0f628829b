"""Makers of AWS Batch's resources."""

from typing import Any

from backroom_local.template.fitting import request
from backroom_local.template.resource import Declared, Made, Site


def compute_environment(site: Site, declared: Declared) -> Made:
    """Create a compute environment, or update its capacity and state."""
    properties = {"ComputeEnvironmentName": site.name(declared.logical_id, 128), **declared.properties}
    name, client = properties["ComputeEnvironmentName"], site.client("batch")
    if client.describe_compute_environments(computeEnvironments=[name])["computeEnvironments"]:
        wanted = request("batch", "UpdateComputeEnvironment", {**properties, "ComputeEnvironment": name})
        arn = client.update_compute_environment(**wanted)["computeEnvironmentArn"]
    else:
        arn = client.create_compute_environment(**request("batch", "CreateComputeEnvironment", properties))[
            "computeEnvironmentArn"
        ]
    return Made(arn, {"ComputeEnvironmentArn": arn})


def job_queue(site: Site, declared: Declared) -> Made:
    """Create a queue, or update it."""
    properties = {"JobQueueName": site.name(declared.logical_id, 128), "State": "ENABLED", **declared.properties}
    name, client = properties["JobQueueName"], site.client("batch")
    if client.describe_job_queues(jobQueues=[name])["jobQueues"]:
        arn = client.update_job_queue(**request("batch", "UpdateJobQueue", {**properties, "JobQueue": name}))[
            "jobQueueArn"
        ]
    else:
        arn = client.create_job_queue(**request("batch", "CreateJobQueue", properties))["jobQueueArn"]
    return Made(arn, {"JobQueueArn": arn})


def job_definition(site: Site, declared: Declared) -> Made:
    """Register a revision, unless the newest one is the same; the older ones stay, as SkipDeregisterOnUpdate has it."""
    properties = {"JobDefinitionName": site.name(declared.logical_id, 128), **declared.properties}
    wanted = request("batch", "RegisterJobDefinition", properties)
    client = site.client("batch")
    found = _newest(client, wanted["jobDefinitionName"])
    if found and _covers(found, wanted):
        arn = found["jobDefinitionArn"]
    else:
        arn = client.register_job_definition(**wanted)["jobDefinitionArn"]
    return Made(arn, {"JobDefinitionArn": arn})


def _newest(client: Any, name: str) -> dict[str, Any] | None:
    """Find the newest active revision of a definition."""
    pages = client.get_paginator("describe_job_definitions").paginate(jobDefinitionName=name, status="ACTIVE")
    found = [definition for page in pages for definition in page["jobDefinitions"]]
    return max(found, key=lambda definition: definition["revision"], default=None)


def _covers(found: Any, wanted: Any) -> bool:
    """Say whether what is there has all that is wanted; it may have defaults beside."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(name in found and _covers(found[name], wanted[name]) for name in wanted)
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(_covers, found, wanted))
    return bool(found == wanted)


def scheduling_policy(site: Site, declared: Declared) -> Made:
    """Create a scheduling policy, or update its shares."""
    properties = {"Name": site.name(declared.logical_id, 128), **declared.properties}
    client, arn = site.client("batch"), site.arn("batch", f"scheduling-policy/{properties['Name']}")
    if client.describe_scheduling_policies(arns=[arn])["schedulingPolicies"]:
        client.update_scheduling_policy(**request("batch", "UpdateSchedulingPolicy", {**properties, "arn": arn}))
    else:
        arn = client.create_scheduling_policy(**request("batch", "CreateSchedulingPolicy", properties))["arn"]
    return Made(arn, {"Arn": arn})


def consumable_resource(site: Site, declared: Declared) -> Made:
    """Create a consumable resource, or set its quantity."""
    properties = {"ConsumableResourceName": site.name(declared.logical_id, 128), **declared.properties}
    name, client = properties["ConsumableResourceName"], site.client("batch")
    arn = site.arn("batch", f"consumable-resource/{name}")
    listed = client.list_consumable_resources(filters=[{"name": "CONSUMABLE_RESOURCE_NAME", "values": [name]}])
    if any(found["consumableResourceName"] == name for found in listed["consumableResources"]):
        client.update_consumable_resource(
            consumableResource=arn, operation="SET", quantity=int(properties["TotalQuantity"])
        )
    else:
        arn = client.create_consumable_resource(**request("batch", "CreateConsumableResource", properties))[
            "consumableResourceArn"
        ]
    return Made(arn, {"ConsumableResourceArn": arn})
