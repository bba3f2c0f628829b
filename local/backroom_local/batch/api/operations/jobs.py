"""Jobs: submit, describe, cancel, terminate."""

from typing import Any

from backroom_local.batch import submission
from backroom_local.batch.account import Account
from backroom_local.batch.api import submit_rules
from backroom_local.batch.api.errors import ClientError, ThrottledError
from backroom_local.batch.api.registry import Answer, Request, operation
from backroom_local.batch.api.rules import refuse
from backroom_local.batch.core.records import Job
from backroom_local.batch.core.words import THROTTLE
from backroom_local.batch.core.world import UnknownError
from backroom_local.batch.describing import job_detail
from backroom_local.batch.names import short

MOST_JOBS = 100
LONGEST_REASON = 1024


@operation("SubmitJob")
def submit(account: Account, request: Request) -> Answer:
    """Submit a job, an array or a multi-node job; throttled first if that was ordered."""
    if account.refusals[THROTTLE] > 0:
        account.refusals[THROTTLE] -= 1
        raise ThrottledError("Too Many Requests")
    definition = submit_rules.check(account, request.parameters)
    made = submission.make(request.parameters, definition)
    job_id = request.new_id
    account.submissions[job_id] = made
    account.scheduler.submit(job_id, made.spec, request.now)
    arn = account.names.arn("job", job_id)
    account.catalog.tags[arn] = dict(made.tags)
    return {"jobArn": arn, "jobName": made.spec.name, "jobId": job_id}


@operation("DescribeJobs")
def describe(account: Account, request: Request) -> Answer:
    """Up to 100 jobs, children or nodes by id or ARN; ids that are not there are left out, as AWS does."""
    wanted = request["jobs"]
    refuse(len(wanted) > MOST_JOBS, f"Maximum number of jobs supported is  {MOST_JOBS}")
    found = [job for job in (_find(account, one) for one in dict.fromkeys(wanted)) if job is not None]
    return {"jobs": [_detail(account, job) for job in found]}


def _detail(account: Account, job: Job) -> dict[str, Any]:
    return job_detail(account, job)


def _find(account: Account, reference: str) -> Job | None:
    try:
        return account.scheduler.world.job(short(reference))
    except UnknownError:
        return None


@operation("CancelJob")
def cancel(account: Account, request: Request) -> Answer:
    """Cancel what has not been placed; no error for what has."""
    account.scheduler.cancel(_wanted(account, request), request["reason"], request.now)
    return {}


@operation("TerminateJob")
def terminate(account: Account, request: Request) -> Answer:
    """Cancel or stop a job."""
    account.scheduler.terminate(_wanted(account, request), request["reason"], request.now)
    return {}


def _wanted(account: Account, request: Request) -> Job:
    refuse(len(request["reason"]) > LONGEST_REASON, f"Reason must be at most {LONGEST_REASON} characters")
    job = _find(account, request["jobId"])
    if job is None:
        raise ClientError(f"Job {request['jobId']} does not exist")
    return job
