"""Plans a wave within the Batch job that PlanFunction has asked for (elsewhere.py)."""

from botocore.exceptions import ClientError

from backroom.deployment import Deployment
from backroom.errors import BackroomError, ManifestMissingError
from backroom.layout import RunLayout
from backroom.observability import logger
from backroom.patience import BROKEN, PASSING_STATUSES
from backroom.planning.plan import write_wave
from backroom.planning.request import PlanRequest, parse
from backroom.storage.objects import read_json, write_json
from backroom.words import ExitCode


def plan_in_batch(key: str, deployment: Deployment) -> ExitCode:
    """Plan the wave whose request lies at `key` in the runs bucket; gives how to exit.

    What goes wrong is left beside the request, for PlanFunction to raise. Raises ManifestMissingError where there is no
    request, InvalidRequestError, and botocore's ClientError where it cannot be read or the error cannot be left.
    """
    stored = read_json(deployment.s3, deployment.settings.bucket, key)
    if stored is None:
        raise ManifestMissingError(f"there is no s3://{deployment.settings.bucket}/{key}; start a new run")
    request = parse(PlanRequest, stored)
    logger.append_keys(job=request.job, run=request.run_id, wave=request.wave)
    logger.info("planning")
    _take_back(request, deployment)
    try:
        write_wave(request, deployment)
    except Exception as error:
        logger.exception("not planned")
        _leave(error, request, deployment)
        return exit_code(error)
    logger.info("planned")
    return ExitCode.DONE


def exit_code(error: Exception) -> ExitCode:
    """Say whether another attempt may do better: after an outage, but after nothing that has a name of ours. Pure."""
    if isinstance(error, BackroomError):
        return ExitCode.BAD_DATA
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return ExitCode.TRY_AGAIN if status in PASSING_STATUSES else ExitCode.BUG
    return ExitCode.TRY_AGAIN if isinstance(error, BROKEN) else ExitCode.BUG


def _take_back(request: PlanRequest, deployment: Deployment) -> None:
    """Replace what an earlier attempt left by `null`: if this one is killed, that was not why."""
    bucket, key = deployment.settings.bucket, _key(request)
    if read_json(deployment.s3, bucket, key) is not None:
        write_json(deployment.s3, bucket, key, None)


def _leave(error: Exception, request: PlanRequest, deployment: Deployment) -> None:
    left = {"error": type(error).__name__, "message": str(error)}
    write_json(deployment.s3, deployment.settings.bucket, _key(request), left)


def _key(request: PlanRequest) -> str:
    return RunLayout(request.job, request.run_id).plan_error(request.wave)
