"""Plans the first wave of a run: what is new, or what the run that it resumes has left unfinished."""

from dataclasses import replace

from backroom.deployment import Deployment
from backroom.manifest.writer import ManifestWriter
from backroom.planning.definitions import active_stages
from backroom.planning.first import foresee, summary, write_new
from backroom.planning.request import PlanRequest
from backroom.planning.resume import Left, as_asked, find_left, find_original, resume, take_over
from backroom.planning.summary import PlanSummary
from backroom.planning.weights import Weights
from backroom.records import RunRecord


def write_first(writer: ManifestWriter, request: PlanRequest, deployment: Deployment) -> PlanSummary:
    """Write the lines of a run's first wave, and say what was decided.

    Raises what is wrong with the request, the job or the run to be resumed, and botocore's ClientError.
    """
    if request.resume is None:
        return write_new(writer, request, deployment)
    original = find_original(deployment.runs, request.job, request.resume)
    take_over(deployment.runs, original, request.run_id)
    left = _left(original, deployment)
    if left is None:
        planned = write_new(writer, as_asked(request, original), deployment)
    else:
        planned = resume(deployment, left, _today(request, deployment), writer.add)
    return replace(planned, resumes=original.run)


def foresee_first(request: PlanRequest, deployment: Deployment) -> tuple[PlanSummary, Weights]:
    """Say what would be decided, and what the portions would weigh. Raises as `write_first`."""
    if request.resume is None:
        return foresee(request, deployment)
    original, weights = find_original(deployment.runs, request.job, request.resume), Weights()
    left = _left(original, deployment)
    if left is None:
        foreseen, weights = foresee(as_asked(request, original), deployment)
    else:
        today = _today(request, deployment)
        foreseen = resume(deployment, left, today, lambda portion: weights.add(portion.tenant, portion.weight))
    return replace(foreseen, resumes=original.run), weights


def _left(original: RunRecord, deployment: Deployment) -> Left | None:
    return find_left(deployment.s3, deployment.settings.bucket, original)


def _today(request: PlanRequest, deployment: Deployment) -> PlanSummary:
    """The plan before there are any portions."""
    _, stages = active_stages(deployment.batch, deployment.settings.stack, request.job)
    return summary(request, stages, ())
