"""From AWS's documents to what the core is told: environments, queues, policies, retry strategies, dependencies."""

from collections.abc import Mapping
from typing import Any

from backroom_local.batch import instance_types
from backroom_local.batch.catalog import Document
from backroom_local.batch.core.model import (
    CPU_UNITS,
    Claim,
    Dependency,
    EnvironmentSpec,
    ExitRule,
    FairShare,
    QueueSpec,
    RetryPolicy,
    StateLimit,
)
from backroom_local.batch.core.words import Capacity, DependencyKind, ExitAction
from backroom_local.batch.names import short

HARD_MAXIMUM = "BEST_FIT"


def environment(document: Document, host_vcpus: float | None) -> EnvironmentSpec:
    """A compute environment; its maximum is no more than `host_vcpus`, if that is given.

    Raises UnknownInstanceTypeError.
    """
    resources = document.get("computeResources", {})
    capacity = Capacity(resources["type"])
    maximum = float(resources["maxvCpus"]) if host_vcpus is None else min(host_vcpus, float(resources["maxvCpus"]))
    types = () if capacity.fargate else instance_types.resolve(resources.get("instanceTypes", ["optimal"]))
    return EnvironmentSpec(
        name=document["computeEnvironmentName"],
        capacity=capacity,
        max_cpu=round(maximum * CPU_UNITS),
        min_cpu=round(min(maximum, resources.get("minvCpus", 0)) * CPU_UNITS),
        types=types,
        enabled=document["state"] == "ENABLED",
        may_exceed=resources.get("allocationStrategy", HARD_MAXIMUM) != HARD_MAXIMUM and host_vcpus is None,
    )


def queue(document: Document, policies: Mapping[str, Document]) -> QueueSpec:
    """A job queue, with the policy that it names."""
    order = sorted(document["computeEnvironmentOrder"], key=lambda one: one["order"])
    policy = policies.get(short(document.get("schedulingPolicyArn", "")))
    return QueueSpec(
        name=document["jobQueueName"],
        priority=document["priority"],
        environments=tuple(short(one["computeEnvironment"]) for one in order),
        enabled=document["state"] == "ENABLED",
        fair_share=fair_share(policy) if policy is not None else None,
        limits=tuple(
            StateLimit(one["reason"], one["maxTimeSeconds"] * 1000)
            for one in document.get("jobStateTimeLimitActions", ())
        ),
    )


def fair_share(policy: Document) -> FairShare:
    """A fair-share policy."""
    body = policy.get("fairsharePolicy", {})
    weights = tuple(
        (one["shareIdentifier"], float(one.get("weightFactor", 1.0))) for one in body.get("shareDistribution", ())
    )
    return FairShare(weights, body.get("shareDecaySeconds", 0), body.get("computeReservation", 0))


def retry(document: Document) -> RetryPolicy:
    """A retry strategy; an empty one is a single attempt."""
    rules = tuple(_rule(one) for one in document.get("evaluateOnExit", ()))
    return RetryPolicy(document.get("attempts", 1), rules)


def _rule(document: Document) -> ExitRule:
    return ExitRule(
        ExitAction(document["action"]),
        document.get("onExitCode"),
        document.get("onReason"),
        document.get("onStatusReason"),
    )


def dependency(document: Document) -> Dependency:
    """One entry of dependsOn. SEQUENTIAL means the order of children only without a job."""
    job_id = document.get("jobId")
    kind = DependencyKind(document.get("type", DependencyKind.WHOLE))
    if job_id is not None and kind is DependencyKind.SEQUENTIAL:
        kind = DependencyKind.WHOLE
    return Dependency(kind, job_id)


def claims(document: Document) -> tuple[Claim, ...]:
    """Consumable resources: of consumableResourceProperties."""
    entries: list[dict[str, Any]] = document.get("consumableResourceList", [])
    return tuple(Claim(short(one["consumableResource"]), int(one["quantity"])) for one in entries)
