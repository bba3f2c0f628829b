"""Plans a wave of a run: once, whatever happens in between (docs/architecture.md, The machine, 3)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from backroom.deployment import Deployment
from backroom.layout import RunLayout
from backroom.manifest.portion import Portion
from backroom.manifest.reader import is_planned, is_written
from backroom.manifest.writer import ManifestWriter, finish_stored
from backroom.parallel import interleave
from backroom.planning.again import write_what_is_left
from backroom.planning.arrays import arrays
from backroom.planning.job import active_definition, find_planner
from backroom.planning.overlap import stand_back
from backroom.planning.request import PlanAnswer, PlanRequest, StageJob
from backroom.planning.resume import as_asked, find_left, find_original, take_over, write_resumed
from backroom.planning.selection import Chosen, Excluded, select
from backroom.planning.summary import GroupPlan, PlanSummary, StagePlan, TenantPlan
from backroom.planning.tenant import Planning
from backroom.planning.weights import Weights
from backroom.storage.objects import read_json
from backroom.words import Capacity

THREADS = 12
"""Tenants that are listed at once: a page takes S3 0.1-0.2 s, and one vCPU can take in some 60 a second."""
AHEAD = 32
"""Portions that wait to be written, at most: some 100 kB each."""


def plan(request: PlanRequest, deployment: Deployment, now: datetime) -> dict[str, Any]:
    """Plan a wave, or only say what would be planned; gives PlanAnswer, or plan.json and `message`, as JSON.

    A repetition finds what is there and answers the same. Raises BackroomError's children and botocore's ClientError.
    """
    return _dry_run(request, deployment) if request.dry_run else _plan_wave(request, deployment, now)


def _dry_run(request: PlanRequest, deployment: Deployment) -> dict[str, Any]:
    definition, elements = _elements(request, deployment)
    tenants, weights = [], Weights()
    for element in elements:
        if isinstance(element, TenantPlan):
            tenants.append(element)
        else:
            weights.add(element.tenant, element.weight)
    summary = _summary(request, definition, tenants)
    weighed = {"weights": weights.as_json()} if request.weights else {}
    return summary.as_json() | {"message": summary.message} | weighed


def _plan_wave(request: PlanRequest, deployment: Deployment, now: datetime) -> dict[str, Any]:
    deployment.runs.begin(
        request.job, request.run_id, now, execution_arn=request.execution_arn, slot=request.slot, request=request.asked
    )
    held = stand_back(request, deployment, now)
    if held is not None:
        return held.model_dump(mode="json")
    layout, s3, bucket = RunLayout(request.job, request.run_id), deployment.s3, deployment.settings.bucket
    if not is_planned(s3, bucket, layout, request.wave):
        if is_written(s3, bucket, layout, request.wave):
            finish_stored(s3, bucket, layout, request.wave)
        else:
            _write(request, deployment, layout)
    summary = PlanSummary.from_json(read_json(s3, bucket, layout.plan(request.wave)))
    _note(summary, deployment, layout)
    return _answer(summary, deployment).model_dump(mode="json")


def _write(request: PlanRequest, deployment: Deployment, layout: RunLayout) -> None:
    writer = ManifestWriter(deployment.s3, deployment.settings.bucket, layout, request.wave)
    try:
        if request.wave > 1:
            summary = write_what_is_left(writer, deployment, layout, request.wave)
        else:
            summary = _write_first(writer, request, deployment)
        groups = tuple(GroupPlan(group, portions) for group, portions in writer.groups)
        writer.finish(replace(summary, groups=groups).as_json())
    except BaseException:
        writer.abort()
        raise


def _write_first(writer: ManifestWriter, request: PlanRequest, deployment: Deployment) -> PlanSummary:
    if request.resume is None:
        return _write_new(writer, request, deployment)
    original = find_original(deployment.runs, request.job, request.resume)
    take_over(deployment.runs, original, request.run_id)
    left = find_left(deployment.s3, deployment.settings.bucket, original)
    if left is None:
        summary = _write_new(writer, as_asked(request, original), deployment)
    else:
        definition, _ = active_definition(deployment.batch, deployment.settings.stack, request.job)
        summary = write_resumed(writer, deployment, left, _summary(request, definition, ()))
    return replace(summary, resumes=original.run)


def _write_new(writer: ManifestWriter, request: PlanRequest, deployment: Deployment) -> PlanSummary:
    definition, elements = _elements(request, deployment)
    tenants, number = [], 0
    for element in elements:
        if isinstance(element, TenantPlan):
            tenants.append(element)
        else:
            writer.add(replace(element, portion=number))
            number += 1
    return replace(_summary(request, definition, tenants), next=number)


def _elements(request: PlanRequest, deployment: Deployment) -> tuple[str, Iterator[Portion | TenantPlan]]:
    planner = find_planner(request.job)
    definition, row = active_definition(deployment.batch, deployment.settings.stack, request.job)
    decided = select(deployment.tenants.all(), request.job, planner.params, request.params, request.tenants)
    planning = Planning(deployment.s3, deployment.settings.bucket, planner, row)
    return definition, _planned(planning, decided)


def _planned(planning: Planning, decided: Sequence[Chosen | Excluded]) -> Iterator[Portion | TenantPlan]:
    yield from (TenantPlan(out.tenant, skipped=out.reason) for out in decided if isinstance(out, Excluded))
    streams = [partial(planning.tenant, chosen) for chosen in decided if isinstance(chosen, Chosen)]
    yield from interleave(streams, THREADS, AHEAD)


def _summary(request: PlanRequest, definition: str, tenants: Sequence[TenantPlan]) -> PlanSummary:
    in_order = tuple(sorted(tenants, key=lambda tenant: tenant.tenant))
    stages = (StagePlan("", definition),)
    return PlanSummary(request.job, request.run_id, request.wave, definition, in_order, stages)


def _note(summary: PlanSummary, deployment: Deployment, layout: RunLayout) -> None:
    facts: dict[str, Any] = {"wave": summary.wave}
    if summary.wave == 1:
        facts |= {
            "portions": summary.portions,
            "items_planned": summary.items,
            "tenants_planned": sum(1 for tenant in summary.tenants if tenant.portions),
            "tenants_skipped": len(summary.skipped),
            "manifest": layout.manifest(1),
            "message": summary.message,
        } | ({"resumes": summary.resumes} if summary.resumes else {})
    deployment.runs.planned(summary.run, facts)


def _answer(summary: PlanSummary, deployment: Deployment) -> PlanAnswer:
    return PlanAnswer(
        job=summary.job,
        run=summary.run,
        wave=summary.wave,
        portions=summary.portions,
        items=summary.items,
        arrays=arrays(summary.groups),
        definition=summary.definition,
        queue=deployment.settings.queue,
        stages=tuple(StageJob(name=stage.name, definition=stage.definition) for stage in summary.stages),
        queues={Capacity.SPOT: deployment.settings.queue, Capacity.ON_DEMAND: deployment.settings.on_demand_queue},
        backoff=summary.backoff,
        message=summary.message,
    )
