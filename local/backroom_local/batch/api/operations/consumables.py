"""Consumable resources: create, update, delete, describe, list, and who needs them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from backroom_local.batch.account import Account
from backroom_local.batch.api import rules
from backroom_local.batch.api.errors import ClientError
from backroom_local.batch.api.operations.queues import find as find_queue
from backroom_local.batch.api.paging import paged
from backroom_local.batch.api.registry import Answer, Request, operation
from backroom_local.batch.api.rules import refuse
from backroom_local.batch.core.records import Job
from backroom_local.batch.core.retries import matches
from backroom_local.batch.describing import present
from backroom_local.batch.names import short

LISTED = ("consumableResourceArn", "consumableResourceName", "totalQuantity", "inUseQuantity", "resourceType")
KINDS = ("REPLENISHABLE", "NON_REPLENISHABLE")


@operation("CreateConsumableResource")
def create(account: Account, request: Request) -> Answer:
    """So many units, given back at the end of a job or not."""
    name, kind = request["consumableResourceName"], request.get("resourceType", KINDS[0])
    rules.name(name, "Consumable resource name")
    rules.tags(request.get("tags", {}))
    refuse(kind not in KINDS, f"resourceType must be one of {', '.join(KINDS)}")
    refuse(name in account.catalog.consumables, "Object already exists")
    total = request.get("totalQuantity", 0)
    refuse(total < 0, "totalQuantity must be at least 0")
    arn = account.names.arn("consumable-resource", name)
    account.scheduler.put_consumable(name, total, replenishable=kind == KINDS[0])
    account.catalog.consumables[name] = {
        "consumableResourceName": name,
        "consumableResourceArn": arn,
        "resourceType": kind,
        "createdAt": request.now,
    }
    account.catalog.tags[arn] = dict(request.get("tags", {}))
    return {"consumableResourceName": name, "consumableResourceArn": arn}


@operation("UpdateConsumableResource")
def update(account: Account, request: Request) -> Answer:
    """SET, ADD or REMOVE units; what is held stays held."""
    document = _find(account, request["consumableResource"])
    resource = account.scheduler.world.consumable(document["consumableResourceName"])
    quantity = request.get("quantity", 0)
    totals = {"SET": quantity, "ADD": resource.total + quantity, "REMOVE": resource.total - quantity}
    how = request.get("operation", "SET")
    refuse(how not in totals, f"operation must be one of {', '.join(totals)}")
    refuse(totals[how] < 0, "The total quantity must not become less than 0")
    account.scheduler.put_consumable(resource.name, totals[how], replenishable=resource.replenishable)
    return {
        "consumableResourceName": document["consumableResourceName"],
        "consumableResourceArn": document["consumableResourceArn"],
        "totalQuantity": resource.total,
    }


@operation("DeleteConsumableResource")
def delete(account: Account, request: Request) -> Answer:
    """Not while a job that has not ended needs it."""
    document = _find(account, request["consumableResource"])
    name = document["consumableResourceName"]
    waiting = any(not job.final for job in _users(account, name))
    refuse(waiting, f"Cannot delete, {name} is needed by jobs that have not ended")
    del account.catalog.consumables[name]
    return {}


@operation("DescribeConsumableResource")
def describe(account: Account, request: Request) -> Answer:
    """One resource, and how much of it is held."""
    return _document(account, _find(account, request["consumableResource"]))


@operation("ListConsumableResources")
def list_resources(account: Account, request: Request) -> Answer:
    """All, or those whose names match."""
    patterns = [value for one in request.get("filters", ()) for value in one.get("values", ())]
    found = [
        document
        for name, document in account.catalog.consumables.items()
        if not patterns or any(matches(pattern, name) for pattern in patterns)
    ]
    return paged(request, "consumableResources", found, partial(_summary, account))


@operation("ListJobsByConsumableResource")
def list_jobs(account: Account, request: Request) -> Answer:
    """Jobs that need a resource, by queue or status if a filter says so."""
    document = _find(account, request["consumableResource"])
    name = document["consumableResourceName"]
    filters = {one["name"]: one["values"] for one in request.get("filters", ())}
    wanted = [job for job in _users(account, name) if _passes(account, job, filters)]
    return paged(request, "jobs", wanted, lambda job: _row(account, job, name))


def _users(account: Account, name: str) -> list[Job]:
    jobs = account.scheduler.world.jobs.values()
    return [job for job in jobs if any(claim.resource == name for claim in job.spec.claims)]


def _passes(account: Account, job: Job, filters: Mapping[str, list[str]]) -> bool:
    statuses, wanted_queues = filters.get("JOB_STATUS"), filters.get("JOB_QUEUE", [])
    names = {find_queue(account, one)["jobQueueName"] for one in wanted_queues}
    return (not statuses or job.status.value in statuses) and (not names or job.spec.queue in names)


def _row(account: Account, job: Job, name: str) -> dict[str, Any]:
    return {
        "jobArn": account.names.arn("job", job.id),
        "jobQueueArn": account.names.arn("job-queue", job.spec.queue),
        "jobName": job.spec.name,
        "jobDefinitionArn": account.submission(job).definition.arn,
        "jobStatus": job.status.value,
        "quantity": sum(claim.quantity for claim in job.spec.claims if claim.resource == name),
        "createdAt": job.created,
        "consumableResourceProperties": {
            "consumableResourceList": [
                {"consumableResource": claim.resource, "quantity": claim.quantity} for claim in job.spec.claims
            ]
        },
        **present(shareIdentifier=job.spec.share, statusReason=job.reason, startedAt=job.started),
    }


def _document(account: Account, document: Mapping[str, Any]) -> dict[str, Any]:
    resource = account.scheduler.world.consumable(document["consumableResourceName"])
    return {
        **document,
        "totalQuantity": resource.total,
        "inUseQuantity": resource.held,
        "availableQuantity": resource.available,
        "tags": account.catalog.tags.get(document["consumableResourceArn"], {}),
    }


def _summary(account: Account, document: Mapping[str, Any]) -> dict[str, Any]:
    whole = _document(account, document)
    return {key: whole[key] for key in LISTED}


def _find(account: Account, reference: str) -> Mapping[str, Any]:
    document = account.catalog.consumables.get(short(reference))
    if document is None:
        raise ClientError(f"ConsumableResource {reference} does not exist")
    return document
