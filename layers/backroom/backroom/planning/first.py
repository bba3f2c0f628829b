"""Plans the first wave of a run: what is new or changed, for every tenant that the job is for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import count

from backroom.deployment import Deployment
from backroom.manifest.portion import Portion
from backroom.manifest.writer import ManifestWriter
from backroom.parallel import interleave
from backroom.planning.combining import Combining, with_combining
from backroom.planning.definitions import active_stages
from backroom.planning.informed import informed
from backroom.planning.job import JobPlanner, find_planner
from backroom.planning.request import PlanRequest
from backroom.planning.selection import Chosen, Excluded, select
from backroom.planning.sharing import Group, in_groups
from backroom.planning.summary import PlanSummary, StagePlan, TenantPlan
from backroom.planning.tenant import Planning
from backroom.planning.weights import Weights
from backroom.tenants import BrokenTenant, Tenant

THREADS = 12
"""Tenants that are listed at once: a page takes S3 0.1-0.2 s, and one vCPU can take in some 60 a second."""
AHEAD = 32
"""Portions that wait to be written, at most: some 100 kB each."""


def write_new(writer: ManifestWriter, request: PlanRequest, deployment: Deployment) -> PlanSummary:
    """Write the lines of all new portions, and say what was decided.

    Raises what is wrong with the request or the job, and botocore's ClientError.
    """
    stages, elements = _elements(request, deployment)
    tenants, numbers, combining = list[TenantPlan](), count(), Combining(stages)
    for element in elements:
        if isinstance(element, TenantPlan):
            tenants.append(element)
        else:
            portion = replace(element, portion=next(numbers))
            combining.note(portion)
            writer.add(portion)
    for portion in combining.portions():
        writer.add(replace(portion, portion=next(numbers)))
    return replace(summary(request, stages, tenants), next=next(numbers))


def foresee(request: PlanRequest, deployment: Deployment) -> tuple[PlanSummary, Weights]:
    """Say what would be decided, and what the portions would weigh. Raises as `write_new`."""
    stages, elements = _elements(request, deployment)
    tenants, weights = list[TenantPlan](), Weights()
    for element in elements:
        if isinstance(element, TenantPlan):
            tenants.append(element)
        else:
            weights.add(element.tenant, element.weight)
    return summary(request, stages, tenants), weights


def summary(request: PlanRequest, stages: tuple[StagePlan, ...], tenants: Iterable[TenantPlan]) -> PlanSummary:
    """Put a first wave's plan together; `tenants` without the portions that combine theirs."""
    in_order = sorted(with_combining(tenants, stages), key=lambda tenant: tenant.tenant)
    return PlanSummary(request.job, request.run_id, request.wave, stages[0].definition, tuple(in_order), stages)


def _elements(
    request: PlanRequest, deployment: Deployment
) -> tuple[tuple[StagePlan, ...], Iterator[Portion | TenantPlan]]:
    planner = find_planner(request.job)
    row, stages = active_stages(deployment.batch, deployment.settings.stack, request.job)
    decided = decide(planner, request, deployment.tenants.all())
    planner = informed(planner, request, deployment, [one for one in decided if isinstance(one, Chosen)])
    return stages, _planned(Planning(deployment.s3, deployment.settings.bucket, planner, row), decided)


def decide(
    planner: JobPlanner, request: PlanRequest, tenants: Iterable[Tenant | BrokenTenant]
) -> Sequence[Chosen | Group | Excluded]:
    """Say for whom the run is: tenants, or groups of them where the job's tenants share portions.

    Raises UnknownTenantError, InvalidParamsError, InvalidGroupError. Pure.
    """
    group = getattr(planner, "group", None)
    if group is None:
        return select(tenants, request.job, planner.params, request.params, request.tenants)
    return in_groups(group, select(tenants, request.job, planner.params, request.params), request.job, request.tenants)


def _planned(planning: Planning, decided: Sequence[Chosen | Group | Excluded]) -> Iterator[Portion | TenantPlan]:
    yield from (TenantPlan(out.tenant, skipped=out.reason) for out in decided if isinstance(out, Excluded))
    streams = [
        partial(planning.group, one) if isinstance(one, Group) else partial(planning.tenant, one)
        for one in decided
        if not isinstance(one, Excluded)
    ]
    yield from interleave(streams, THREADS, AHEAD)
