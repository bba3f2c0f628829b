"""`batch:submitJob.sync`: waits for a Batch job by its events, and terminates it when nobody waits any more.

docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html: a stopped execution terminates the job it waits for.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from moto.stepfunctions.parser.utils import TMP_THREADS

from backroom_local.engine.hooks import JobEndings

PARAMETERS: Final = {
    "submitjob": {
        "ConsumableResourcePropertiesOverride",
        "EcsPropertiesOverride",
        "NodeOverrides",
        "PropagateTags",
        "SchedulingPriorityOverride",
        "ShareIdentifier",
    }
}
"""Members of SubmitJob that the engine does not know of and would drop silently."""

_MARK: Final = {"name": "MANAGED_BY_AWS", "value": "STARTED_BY_STEP_FUNCTIONS"}
"""What Step Functions adds to the environment of a container that it waits for."""
_LOOK_SECONDS = 0.1
_ASK_SECONDS = 5.0
_NOBODY_WAITS = "The execution or the task that waited for this job has ended."


@dataclass(frozen=True, slots=True)
class JobResolver:
    """A Batch job that is waited for; `ask` gives its detail if it succeeded, None before, and raises if it failed."""

    job_id: str
    ask: Callable[[], Any]
    client: Any


def mark(parameters: dict[str, Any]) -> None:
    """Mark the containers of a Batch job as Step Functions does.

    Of several nodes each is one, and Batch takes overrides for nodes only; the engine itself knows of containers alone.
    """
    nodes = parameters.get("NodeOverrides", {}).get("NodePropertyOverrides", [])
    of_one = [] if "NodeOverrides" in parameters else [parameters]
    for overridden in (*nodes, *of_one):
        overridden.setdefault("ContainerOverrides", {}).setdefault("Environment", []).append(dict(_MARK))


def wait(job: JobResolver, endings: JobEndings, wanted: Callable[[], bool]) -> Any:
    """Wait for a Batch job and give its detail, or terminate it and give None when it is wanted no more."""
    with endings.watch(job.job_id) as ended:
        while wanted():
            found = job.ask()
            if found:
                return found
            _pause(ended, wanted)
    with contextlib.suppress(ClientError, BotoCoreError):
        job.client.terminate_job(jobId=job.job_id, reason=_NOBODY_WAITS)
    return None


def _pause(ended: threading.Event, wanted: Callable[[], bool]) -> None:
    """Return when the job's end is told or it is wanted no more; after some seconds too, in case an event got lost."""
    until = time.monotonic() + _ASK_SECONDS
    while wanted() and time.monotonic() < until:
        if ended.wait(_LOOK_SECONDS):
            ended.clear()
            return


def forget_ended_threads() -> None:
    """Let go of the engine's threads that have ended: it keeps every one it ever started."""
    for thread in [thread for thread in TMP_THREADS if not thread.is_alive()]:
        with contextlib.suppress(ValueError):
            TMP_THREADS.remove(thread)
