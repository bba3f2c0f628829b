"""ListJobs, with its odd defaults: without a status only RUNNING jobs, with a filter those of any status.

API reference, ListJobs: one of queue, array or multi-node job; children of arrays only with `arrayJobId`; filters
give 100 a page and the newest first, a status 1,000.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backroom_local.batch.account import Account
from backroom_local.batch.api.errors import ClientError
from backroom_local.batch.api.operations import queues
from backroom_local.batch.api.paging import offset, scan
from backroom_local.batch.api.registry import Answer, Request, operation
from backroom_local.batch.api.rules import refuse
from backroom_local.batch.core.records import Job
from backroom_local.batch.core.retries import matches
from backroom_local.batch.core.words import Status
from backroom_local.batch.core.world import UnknownError
from backroom_local.batch.describing import job_summary
from backroom_local.batch.names import short

Wanted = Callable[[Job], bool]
SUBJECTS = ("jobQueue", "arrayJobId", "multiNodeJobId")


@operation("ListJobs")
def list_jobs(account: Account, request: Request) -> Answer:
    """One page of jobs, children or nodes."""
    named = [subject for subject in SUBJECTS if request.get(subject)]
    refuse(len(named) != 1, f"Exactly one of {', '.join(SUBJECTS)} must be specified")
    filters = request.get("filters", ()) if named == ["jobQueue"] else ()
    jobs = _subjects(account, request, named[0])
    wanted = _wanted(account, request, filters)
    newest_first = list(reversed(jobs)) if filters else jobs
    size = min(request.get("maxResults", 1000), 100 if filters else 1000)
    refuse(size < 1, "maxResults must be at least 1")
    shown, token = scan(_matching(newest_first, wanted, offset(request.get("nextToken"))), size)
    answer: Answer = {"jobSummaryList": [job_summary(account, job) for job in shown]}
    return {**answer, "nextToken": token} if token else answer


def _subjects(account: Account, request: Request, subject: str) -> Sequence[Job]:
    """The jobs of a queue, the children of an array, or the nodes of a multi-node job."""
    if subject == "jobQueue":
        return account.scheduler.world.queues[queues.find(account, request["jobQueue"])["jobQueueName"]].jobs
    try:
        job = account.scheduler.world.job(short(request[subject]))
    except UnknownError:
        raise ClientError(f"Job {request[subject]} does not exist") from None
    return job.family.members if job.family is not None else []


def _matching(jobs: Sequence[Job], wanted: Wanted, start: int) -> Iterator[tuple[int, Job]]:
    return ((index, jobs[index]) for index in range(start, len(jobs)) if wanted(jobs[index]))


def _wanted(account: Account, request: Request, filters: Sequence[dict[str, Any]]) -> Wanted:
    status = Status(request.get("jobStatus") or Status.RUNNING)
    if not filters:
        return lambda job: job.status is status
    refuse(len(filters) > 1, "Only one filter can be used at a time")
    name, values = filters[0].get("name", ""), filters[0].get("values", [])
    refuse(not values, f"Filter {name} has no values")
    if name not in FILTERS:
        raise ClientError(f"Filter {name!r} is not one of {', '.join(FILTERS)}")
    by_filter = FILTERS[name](account, values)
    if name == "SHARE_IDENTIFIER" and request.get("jobStatus"):
        return lambda job: job.status is status and by_filter(job)
    return by_filter


def _by_name(account: Account, values: list[str]) -> Wanted:  # noqa: ARG001
    lowered = [value.lower() for value in values]
    return lambda job: any(matches(value, job.spec.name.lower()) for value in lowered)


def _by_definition(account: Account, values: list[str]) -> Wanted:
    def wanted(job: Job) -> bool:
        definition = account.submission(job).definition
        names = (definition.arn, definition.name)
        return any(value in names or (value.endswith("*") and matches(value, definition.name)) for value in values)

    return wanted


def _by_share(account: Account, values: list[str]) -> Wanted:  # noqa: ARG001
    return lambda job: any(matches(value, job.spec.share) for value in values)


def _before(account: Account, values: list[str]) -> Wanted:  # noqa: ARG001
    return lambda job: job.created < int(values[0])


def _after(account: Account, values: list[str]) -> Wanted:  # noqa: ARG001
    return lambda job: job.created > int(values[0])


FILTERS: dict[str, Callable[[Account, list[str]], Wanted]] = {
    "JOB_NAME": _by_name,
    "JOB_DEFINITION": _by_definition,
    "BEFORE_CREATED_AT": _before,
    "AFTER_CREATED_AT": _after,
    "SHARE_IDENTIFIER": _by_share,
}
