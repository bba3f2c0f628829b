"""`POST /_twin/batch/faults`: something goes wrong on demand. Not part of AWS's API.

{"kind": "throttle_submit", "count": 2}                      the next two SubmitJob answer TooManyRequestsException
{"kind": "server_error", "operation": "DescribeJobs", "count": 1}   the next one answers ServerException {"kind":
"spot_reclaim", "job": ID}      the instance under the job is reclaimed: notice, SIGTERM, SIGKILL after 30 s {"kind":
"host_failure", "job": ID}      the instance under the job is gone at once {"kind": "image_pull", "job": ID, "detail":
TEXT?}            the next attempt ends with CannotPullContainerError {"kind": "out_of_memory", "job": ID}     the
running container, or that of the next attempt, is killed: 137, OutOfMemoryError {"kind": "no_capacity",
"environment": NAME, "on": true}      EC2 gives the environment no further instance, until "on": false

Answers 200 with the fault, 400 with AWS's form of an error for one that is not understood or names what is not there.
"""

from collections.abc import Mapping
from typing import Any

from backroom_local.batch.account import Account
from backroom_local.batch.api.errors import ClientError
from backroom_local.batch.api.registry import OPERATIONS
from backroom_local.batch.core.words import NO_CAPACITY, SERVER_ERROR, THROTTLE, FaultKind
from backroom_local.batch.core.world import UnknownError
from backroom_local.batch.names import short

PATH = "/_twin/batch/faults"


def inflict(account: Account, fault: Mapping[str, Any], now: int) -> None:
    """Carry out one fault. Raises ClientError."""
    kind = fault.get("kind")
    try:
        if kind in (THROTTLE, SERVER_ERROR):
            account.refusals[_refused(fault)] += int(fault.get("count", 1))
        elif kind == NO_CAPACITY:
            account.scheduler.exhaust(short(str(fault.get("environment"))), exhausted=bool(fault.get("on", True)))
        else:
            job = account.scheduler.world.job(short(str(fault.get("job"))))
            account.scheduler.inflict(job, FaultKind(str(kind)), str(fault.get("detail", "")), now)
    except UnknownError as error:
        raise ClientError(str(error)) from error
    except ValueError as error:
        known = ", ".join([THROTTLE, SERVER_ERROR, NO_CAPACITY, *FaultKind])
        raise ClientError(f"{kind!r} is no kind of fault, or its members are wrong; kinds: {known}") from error


def _refused(fault: Mapping[str, Any]) -> str:
    """What is counted down: throttled submissions, or errors of one operation."""
    if fault["kind"] == THROTTLE:
        return THROTTLE
    name = str(fault.get("operation"))
    if name not in OPERATIONS:
        raise ClientError(f"there is no operation {name!r}")
    return f"{SERVER_ERROR} {name}"


def take_server_error(account: Account, name: str) -> bool:
    """Whether this call of an operation is to fail; counts it."""
    key = f"{SERVER_ERROR} {name}"
    if account.refusals[key] <= 0:
        return False
    account.refusals[key] -= 1
    return True
