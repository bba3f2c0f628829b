"""Job queues: create, update, delete, describe, snapshot."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

from backroom_local.batch import compiling
from backroom_local.batch.account import Account
from backroom_local.batch.api import rules
from backroom_local.batch.api.errors import ClientError
from backroom_local.batch.api.operations import environments
from backroom_local.batch.api.paging import chosen, paged
from backroom_local.batch.api.registry import Answer, Request, operation
from backroom_local.batch.api.rules import refuse
from backroom_local.batch.core.model import CPU_UNITS
from backroom_local.batch.core.utilization import held_cpu
from backroom_local.batch.core.words import FINAL
from backroom_local.batch.names import short

MOST_ENVIRONMENTS = 3
FRONT_OF_QUEUE = 100
TOP_SHARES = 20
LIMIT_SECONDS = range(600, 86_401)


@operation("CreateJobQueue")
def create(account: Account, request: Request) -> Answer:
    """A queue over one to three environments, VALID at once."""
    body = {"state": "ENABLED", **request.parameters}
    name = body["jobQueueName"]
    rules.name(name, "Job queue name")
    rules.tags(body.get("tags", {}))
    refuse(name in account.catalog.queues, "Object already exists")
    document = _resolved(account, body)
    document["jobQueueArn"] = account.names.arn("job-queue", name)
    _store(account, document)
    account.catalog.tags[document["jobQueueArn"]] = dict(body.get("tags", {}))
    return _named(document)


def _resolved(account: Account, body: Mapping[str, Any]) -> dict[str, Any]:
    """Check a queue, and name its environments by their ARNs."""
    order = body.get("computeEnvironmentOrder", ())
    refuse(not 1 <= len(order) <= MOST_ENVIRONMENTS, "A job queue needs one to three compute environments")
    found = [environments.find(account, one["computeEnvironment"]) for one in order]
    fargate = {one["computeResources"]["type"].startswith("FARGATE") for one in found}
    refuse(len(fargate) > 1, "All compute environments of a job queue must be EC2, or all must be Fargate")
    refuse(not 0 <= body["priority"] <= 1000, "Priority must be between 0 and 1000")
    _check_policy(account, body.get("schedulingPolicyArn"))
    _check_limits(body.get("jobStateTimeLimitActions", ()))
    resolved = [
        {"order": one["order"], "computeEnvironment": document["computeEnvironmentArn"]}
        for one, document in zip(order, found, strict=True)
    ]
    return {**body, "computeEnvironmentOrder": resolved}


def _check_policy(account: Account, arn: str | None) -> None:
    refuse(arn is not None and short(arn) not in account.catalog.policies, f"SchedulingPolicy {arn} does not exist")


def _check_limits(actions: Any) -> None:
    """RUNNABLE and CANCEL, after 600 to 86,400 seconds (API reference, JobStateTimeLimitAction)."""
    for action in actions:
        refuse(action["maxTimeSeconds"] not in LIMIT_SECONDS, "maxTimeSeconds must be between 600 and 86400")
        refuse(action["action"] != "CANCEL", "Only CANCEL is supported for jobs of ECS, EKS and Fargate")


def _store(account: Account, document: Mapping[str, Any]) -> None:
    account.scheduler.put_queue(compiling.queue(document, account.catalog.policies))
    account.catalog.queues[document["jobQueueName"]] = document


@operation("UpdateJobQueue")
def update(account: Account, request: Request) -> Answer:
    """Change state, priority, environments, policy, limits. First come first served stays so, fair share likewise."""
    document = find(account, request["jobQueue"])
    changes = {key: value for key, value in request.parameters.items() if key != "jobQueue"}
    refuse(
        "schedulingPolicyArn" in changes and "schedulingPolicyArn" not in document,
        "A fair-share scheduling policy can't be added to a job queue that was created without one",
    )
    changed = _resolved(account, {**document, **changes})
    _store(account, changed)
    return _named(changed)


@operation("DeleteJobQueue")
def delete(account: Account, request: Request) -> Answer:
    """Disabled first; its jobs are terminated. One that is not there is no error."""
    document = account.catalog.queues.get(short(request["jobQueue"]))
    if document is None:
        return {}
    refuse(document["state"] != "DISABLED", "Cannot delete, job queue must be disabled first")
    account.scheduler.drop_queue(document["jobQueueName"], request.now)
    del account.catalog.queues[document["jobQueueName"]]
    return {}


@operation("DescribeJobQueues")
def describe(account: Account, request: Request) -> Answer:
    """Those named, or all."""
    found = chosen(account.catalog.queues, request.get("jobQueues"))
    return paged(request, "jobQueues", found, partial(_document, account))


def _document(account: Account, document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **document,
        "status": "VALID",
        "statusReason": "JobQueue Healthy",
        "tags": account.catalog.tags.get(document["jobQueueArn"], {}),
    }


@operation("GetJobQueueSnapshot")
def snapshot(account: Account, request: Request) -> Answer:
    """The first 100 RUNNABLE jobs, in the order in which they are to be placed, and the vCPUs that placed ones hold."""
    document = find(account, request["jobQueue"])
    queue = account.scheduler.world.queues[document["jobQueueName"]]
    # Only of a head that cannot be placed is it known since when it is the head.
    since = {queue.stuck.job.id: queue.stuck.since} if queue.stuck else {}
    front = [
        {"jobArn": account.names.arn("job", job.id), "earliestTimeAtPosition": since.get(job.id, request.now)}
        for job in queue.line.front(FRONT_OF_QUEUE, request.now)
        if job.status not in FINAL
    ]
    held = held_cpu(account.scheduler.world, queue)
    return {
        "frontOfQueue": {"jobs": front, "lastUpdatedAt": request.now},
        "queueUtilization": {
            **_utilization(held, by_share=queue.spec.fair_share is not None),
            "lastUpdatedAt": request.now,
        },
    }


def find(account: Account, reference: str) -> Mapping[str, Any]:
    """The queue of a name or ARN. Raises ClientError."""
    document = account.catalog.queues.get(short(reference))
    if document is None:
        raise ClientError(f"JobQueue {reference} not found.")
    return document


def _utilization(held: Counter[str], *, by_share: bool) -> Answer:
    """As the user guide's "Track compute job capacity utilization" shows it; shares only of a queue that has them."""
    total = {"totalCapacityUsage": _vcpus(held.total())}
    if not by_share:
        return total
    top = [{"shareIdentifier": share, "capacityUsage": _vcpus(cpu)} for share, cpu in held.most_common(TOP_SHARES)]
    return {**total, "fairshareUtilization": {"activeShareCount": len(held), "topCapacityUtilization": top}}


def _vcpus(cpu: int) -> list[Answer]:
    return [{"capacityUnit": "vCPU", "quantity": cpu / CPU_UNITS}]


def _named(document: Mapping[str, Any]) -> Answer:
    return {key: document[key] for key in ("jobQueueName", "jobQueueArn")}
