"""What a run does that begins while another one of its job goes on: nothing, wait, or go on as well."""

from datetime import datetime

from backroom import lease
from backroom.deployment import Deployment
from backroom.planning.job import JobRow, active_definition, find_planner
from backroom.planning.request import Held, PlanAnswer, PlanRequest
from backroom.words import Overlap, RunStatus


def stand_back(request: PlanRequest, deployment: Deployment, now: datetime) -> PlanAnswer | None:
    """Take or renew the job's lease for a run; gives what to answer if another run has it, which is noted in the table.

    Raises LeaseLostError in a later wave, and what is wrong with the job in the first.
    """
    if request.wave > 1:
        lease.keep(deployment.runs, request.job, request.run_id, now)
        return None
    holder = lease.hold(deployment.runs, request.job, request.run_id, lambda: _row(request, deployment)[1].overlap, now)
    return None if holder is None else _held(request, deployment, holder, now)


def _held(request: PlanRequest, deployment: Deployment, holder: str, now: datetime) -> PlanAnswer:
    definition, row = _row(request, deployment)
    skips = row.overlap is Overlap.SKIP
    message = f"{'skipped' if skips else 'waits'}: run {holder} of the job goes on"
    if skips:
        deployment.runs.ended(request.job, request.run_id, RunStatus.SKIPPED, now, {"message": message})
    else:
        deployment.runs.progress(request.run_id, {"message": message})
    return PlanAnswer(
        job=request.job,
        run=request.run_id,
        wave=request.wave,
        portions=0,
        items=0,
        arrays=(),
        definition=definition,
        stages=(),
        queues=deployment.settings.queues,
        backoff=row.backoff_seconds,
        held=Held(run=holder, policy=row.overlap),
        message=message,
    )


def _row(request: PlanRequest, deployment: Deployment) -> tuple[str, JobRow]:
    find_planner(request.job)
    return active_definition(deployment.batch, deployment.settings.stack, request.job)
