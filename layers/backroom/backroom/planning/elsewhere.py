"""Has a wave planned by a Batch job, where the job's row wants it so (docs/adr/0010-planner-as-a-batch-job.md).

The machine asks PlanFunction twice: the first answer says what to submit, the second one is the plan that the Batch job
has written by then, or the error that it has left.
"""

import re
from typing import NoReturn

import orjson

from backroom.deployment import Deployment
from backroom.errors import BackroomError, ManifestMissingError, PlanFailedError, error_named
from backroom.layout import RunLayout
from backroom.planning.definitions import pinned_row
from backroom.planning.job import JobRow, active_definition, find_planner, newest_definition
from backroom.planning.request import Elsewhere, Failure, PlanAnswer, PlanRequest
from backroom.recording.batch_names import planning_name
from backroom.recording.classify import Ending, describe
from backroom.storage.objects import read_json
from backroom.words import Capacity, PlannedBy

DEFINITION = "plan"
"""Behind the stack's name: `STACK-plan`. No job is named so."""
_REASON = re.compile(r'"StatusReason"\s*:\s*"([^"]+)"')
_MOST = 500
"""Characters of a reason that no one can read as a Batch job."""


def hand_over(request: PlanRequest, deployment: Deployment, layout: RunLayout) -> PlanAnswer | None:
    """Give what to answer if a Batch job is to plan the wave, for which its request is written; None: plan it here.

    Raises what the Batch job has left where it has ended (`planned`) and there is no plan, PlanFailedError where it has
    left nothing; JobNotDeployedError, InvalidJobRowError, ManifestMissingError, botocore's ClientError.
    """
    if request.planned:
        _raise_left(request, deployment, layout)
    arn, row = _row(request, deployment, layout)
    if row.planner is PlannedBy.LAMBDA:
        return None
    queues = deployment.settings.queues
    return PlanAnswer(
        job=request.job,
        run=request.run_id,
        wave=request.wave,
        portions=0,
        items=0,
        arrays=(),
        definition=arn,
        stages=(),
        queues=queues,
        # On demand: a planner that has worked for an hour shall not lose its instance to a reclaim.
        elsewhere=_ask(request, deployment, layout, queues[Capacity.ON_DEMAND]),
        message=f"wave {request.wave} is to be planned by a Batch job",
    )


def _ask(request: PlanRequest, deployment: Deployment, layout: RunLayout, queue: str) -> Elsewhere:
    definition = newest_definition(deployment.batch, f"{deployment.settings.stack}-{DEFINITION}")["jobDefinitionArn"]
    key, body = layout.plan_request(request.wave), request.model_dump_json().encode()
    deployment.s3.put_object(Bucket=deployment.settings.bucket, Key=key, Body=body, ContentType="application/json")
    return Elsewhere(definition=definition, queue=queue, request=key)


def _row(request: PlanRequest, deployment: Deployment, layout: RunLayout) -> tuple[str, JobRow]:
    """Give the definition that the run holds on to, or will, and its row."""
    if request.wave == 1:
        find_planner(request.job)
        return active_definition(deployment.batch, deployment.settings.stack, request.job)
    before = read_json(deployment.s3, deployment.settings.bucket, layout.plan(request.wave - 1))
    if before is None:
        raise ManifestMissingError(f"wave {request.wave - 1} of run {layout.run!r} was not planned; start a new run")
    arn: str = before["definition"]
    return arn, pinned_row(deployment.batch, arn)


def _raise_left(request: PlanRequest, deployment: Deployment, layout: RunLayout) -> NoReturn:
    left = read_json(deployment.s3, deployment.settings.bucket, layout.plan_error(request.wave))
    if left is not None:
        raise as_raised(left["error"], left["message"])
    raise PlanFailedError(
        f"the Batch job {planning_name(layout.run, request.wave)} has planned nothing: {in_words(request.failure)}; "
        f"`backroom logs {layout.run} --plan` shows what it wrote"
    )


def as_raised(name: str, message: str) -> BackroomError:
    """Give an error again by the name that it had in the Batch job; one of others' becomes a PlanFailedError. Pure."""
    kind = error_named(name)
    return kind(message) if kind else PlanFailedError(f"{name}: {message}")


def in_words(failure: Failure | None) -> str:
    """Say how a Batch job failed, from what the machine caught: the job as JSON, of which a long one is cut. Pure."""
    if failure is None:
        return "it ended well, but there is no plan"
    try:
        job = orjson.loads(failure.cause)
        container = job["Container"]
    except (ValueError, TypeError, KeyError):
        found = _REASON.search(failure.cause)
        return found[1] if found else f"{failure.error}: {failure.cause}"[:_MOST]
    return describe(Ending(container.get("ExitCode"), container.get("Reason", ""), job.get("StatusReason", "")))
