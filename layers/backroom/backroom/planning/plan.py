"""Plans a wave of a run: once, whatever happens in between (docs/architecture.md, The machine, 3)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from backroom.costs import shipped_prices
from backroom.deployment import Deployment
from backroom.errors import RunEndedError
from backroom.layout import RunLayout
from backroom.manifest.closing import is_closed
from backroom.manifest.index import SPOT
from backroom.manifest.reader import is_planned, is_written
from backroom.manifest.writer import ManifestWriter, finish_stored
from backroom.planning.again import write_what_is_left
from backroom.planning.arrays import arrays
from backroom.planning.beginning import foresee_first, write_first
from backroom.planning.budget import Budget, forecast_cost
from backroom.planning.definitions import pinned_row
from backroom.planning.elsewhere import hand_over
from backroom.planning.overlap import stand_back
from backroom.planning.queues import require_queues
from backroom.planning.request import PlanAnswer, PlanRequest, StageJob
from backroom.planning.summary import GroupPlan, PlanSummary
from backroom.storage.objects import read_json


def plan(request: PlanRequest, deployment: Deployment, now: datetime) -> dict[str, Any]:
    """Plan a wave, or only say what would be planned; gives PlanAnswer, or plan.json and `message`, as JSON.

    A repetition finds what is there and answers the same. Raises BackroomError's children and botocore's ClientError.
    """
    return _dry_run(request, deployment) if request.dry_run else _plan_wave(request, deployment, now)


def _dry_run(request: PlanRequest, deployment: Deployment) -> dict[str, Any]:
    foreseen, weights = foresee_first(request, deployment)
    foreseen = replace(foreseen, cost=forecast_cost({SPOT: weights.seconds}, foreseen.stages, shipped_prices()))
    weighed = {"weights": weights.as_json()} if request.weights else {}
    return foreseen.as_json() | {"message": foreseen.message} | weighed


def _plan_wave(request: PlanRequest, deployment: Deployment, now: datetime) -> dict[str, Any]:
    deployment.runs.begin(
        request.job, request.run_id, now, execution_arn=request.execution_arn, slot=request.slot, request=request.asked
    )
    held = stand_back(request, deployment, now)
    if held is not None:
        return held.model_dump(mode="json")
    layout, s3, bucket = RunLayout(request.job, request.run_id), deployment.s3, deployment.settings.bucket
    if not is_planned(s3, bucket, layout, request.wave):
        handed_over = hand_over(request, deployment, layout)
        if handed_over is not None:
            return handed_over.model_dump(mode="json")
        write_wave(request, deployment)
    if is_closed(s3, bucket, layout, request.wave):
        raise RunEndedError(
            f"run {layout.run!r} has ended; wave {request.wave} is not planned any more, resume the run"
        )
    planned = PlanSummary.from_json(read_json(s3, bucket, layout.plan(request.wave)))
    _note(planned, deployment, layout)
    return _answer(planned, deployment).model_dump(mode="json")


def write_wave(request: PlanRequest, deployment: Deployment) -> None:
    """Write a wave's manifest with its plan and index, once: what is there of it stays and is finished.

    Raises BackroomError's children and botocore's ClientError.
    """
    layout, s3, bucket = RunLayout(request.job, request.run_id), deployment.s3, deployment.settings.bucket
    if is_planned(s3, bucket, layout, request.wave):
        return
    if is_written(s3, bucket, layout, request.wave):
        finish_stored(s3, bucket, layout, request.wave)
    else:
        _write(request, deployment, layout)


def _write(request: PlanRequest, deployment: Deployment, layout: RunLayout) -> None:
    writer = ManifestWriter(deployment.s3, deployment.settings.bucket, layout, request.wave)
    try:
        if request.wave > 1:
            planned = write_what_is_left(writer, deployment, layout, request.wave)
        else:
            planned = write_first(writer, request, deployment)
        groups = tuple(GroupPlan(group, portions) for group, portions in writer.groups)
        # What cannot be submitted is refused before anything is there.
        require_queues(arrays(planned.stages, groups), deployment.settings.queues_of(planned.compute))
        cost = forecast_cost(writer.seconds, planned.stages, shipped_prices())
        writer, planned = _afforded(request, deployment, writer, replace(planned, groups=groups, cost=cost))
        writer.finish(planned.as_json())
    except BaseException:
        writer.abort()
        raise


def _afforded(
    request: PlanRequest, deployment: Deployment, writer: ManifestWriter, planned: PlanSummary
) -> tuple[ManifestWriter, PlanSummary]:
    """Give the plan if the job's budget allows it; in its place that of an empty wave if the run has gone on before."""
    budget = Budget.of(pinned_row(deployment.batch, planned.definition), request.approve_cost)
    if request.wave == 1:
        budget.check(planned.cost)
        return writer, planned
    stopped = budget.stop(deployment.runs.get(request.run_id).cost, planned.cost)
    if not stopped:
        return writer, planned
    writer.abort()
    return writer.anew(), planned.without_portions(stopped)


def _note(planned: PlanSummary, deployment: Deployment, layout: RunLayout) -> None:
    facts: dict[str, Any] = {"wave": planned.wave}
    if planned.wave == 1:
        facts |= {
            "portions": planned.portions,
            "items_planned": planned.items,
            "tenants_planned": sum(1 for tenant in planned.tenants if tenant.portions),
            "tenants_skipped": len(planned.skipped),
            "manifest": layout.manifest(1),
            "message": planned.message,
        } | ({"resumes": planned.resumes} if planned.resumes else {})
    deployment.runs.planned(planned.run, facts)


def _answer(planned: PlanSummary, deployment: Deployment) -> PlanAnswer:
    return PlanAnswer(
        job=planned.job,
        run=planned.run,
        wave=planned.wave,
        portions=planned.portions,
        items=planned.items,
        arrays=arrays(planned.stages, planned.groups),
        definition=planned.definition,
        stages=tuple(StageJob(name=stage.name, definition=stage.definition) for stage in planned.stages),
        queues=deployment.settings.queues_of(planned.compute),
        backoff=planned.backoff,
        message=planned.message,
    )
