"""Jobs as DescribeJobs, ListJobs and the events show them. Times are milliseconds since the epoch.

Sources: API reference, JobDetail, JobSummary, AttemptDetail; botocore's models, by which every document is tested.
"""

from typing import Any

from backroom_local.batch.account import Account
from backroom_local.batch.catalog import Document
from backroom_local.batch.core.records import Attempt, Job
from backroom_local.batch.core.words import FINAL, Status
from backroom_local.batch.names import log_stream
from backroom_local.batch.submission import Submission


def present(**members: Any) -> dict[str, Any]:
    """The members that are not None: what AWS does not know it leaves out."""
    return {name: value for name, value in members.items() if value is not None}


def job_detail(account: Account, job: Job) -> dict[str, Any]:
    """JobDetail of a job, an array, a child, a multi-node job or a node."""
    submission = account.submission(job)
    fair = submission.spec.share is not None
    return {
        **_identity(account, job, submission),
        "attempts": [_attempt(account, job, one) for one in job.attempts],
        "dependsOn": list(submission.request.get("dependsOn", ())),
        "parameters": dict(submission.parameters),
        "tags": dict(account.catalog.tags.get(account.names.arn("job", job.root.key), submission.tags)),
        "propagateTags": bool(submission.inherited("propagateTags")),
        "isCancelled": job.canceled,
        "isTerminated": job.terminated,
        "platformCapabilities": list(submission.definition.body.get("platformCapabilities", ())),
        **present(
            shareIdentifier=submission.spec.share,
            schedulingPriority=submission.spec.priority if fair else None,
            retryStrategy=_retry(submission),
            timeout=submission.inherited("timeout"),
            consumableResourceProperties=_consumed(submission),
            arrayProperties=array_properties(job, detailed=True),
        ),
        **_work(account, job, submission),
    }


def _identity(account: Account, job: Job, submission: Submission) -> dict[str, Any]:
    """What JobDetail and an event begin with."""
    return {
        "jobArn": account.names.arn("job", job.id),
        "jobName": job.spec.name,
        "jobId": job.id,
        "jobQueue": account.names.arn("job-queue", job.spec.queue),
        "jobDefinition": submission.definition.arn,
        "status": job.status.value,
        **present(statusReason=job.reason, createdAt=job.created, startedAt=job.started, stoppedAt=job.stopped),
    }


def _retry(submission: Submission) -> dict[str, Any]:
    strategy = submission.inherited("retryStrategy") or {}
    return {"attempts": 1, "evaluateOnExit": [], **strategy}


def _consumed(submission: Submission) -> Any:
    return submission.request.get("consumableResourcePropertiesOverride") or submission.inherited(
        "consumableResourceProperties"
    )


def _work(account: Account, job: Job, submission: Submission) -> dict[str, Any]:
    """`container`, or what stands for it in multi-node jobs and jobs of ECS tasks."""
    if job.spec.nodes and job.parent is None:
        return {"nodeProperties": dict(submission.definition.body["nodeProperties"])}
    node = {"nodeDetails": _node_details(job)} if job.spec.nodes else {}
    container = {**account.container(job).document, **_last_run(account, job)}
    if "ecsProperties" not in submission.definition.body:
        return {**node, "container": container}
    return {**node, "container": {}, "ecsProperties": _task(submission.definition.body, container)}


def _task(body: Document, container: dict[str, Any]) -> dict[str, Any]:
    """An ECS task with its one container, split as EcsTaskDetails splits it."""
    task = body["ecsProperties"]["taskProperties"][0]
    placed = {key: container.pop(key) for key in ("taskArn", "containerInstanceArn") if key in container}
    shown = {key: value for key, value in container.items() if key not in ("volumes", "jobRoleArn", "executionRoleArn")}
    return {"taskProperties": [{**task, **placed, "containers": [shown]}]}


def _node_details(job: Job) -> dict[str, Any]:
    return {"nodeIndex": job.index, "isMainNode": job.index == job.spec.main_node}


def _last_run(account: Account, job: Job) -> dict[str, Any]:
    """How the last attempt ended, or where the current one runs. An array has no container that runs."""
    if job.family is not None or not job.attempt:
        return {}
    names, number = account.names, job.attempt
    last = job.attempts[-1] if job.attempts else None
    over = last is not None and last.number == number
    instance = last.instance if last is not None and over else job.instance.id if job.instance else ""
    return present(
        exitCode=last.exit_code if last and over else None,
        reason=last.reason if last and over else None,
        logStreamName=_stream(account, job, number) if job.status is Status.RUNNING or over else None,
        taskArn=names.task_arn(job.id, number),
        containerInstanceArn=names.host_arn(instance) if instance else None,
    )


def _stream(account: Account, job: Job, number: int) -> str:
    container = account.container(job)
    return log_stream(container.log_prefix, container.name, job.id, number)


def _attempt(account: Account, job: Job, attempt: Attempt) -> dict[str, Any]:
    """AttemptDetail. An attempt that never ran has no start and no stream, and no networkInterfaces either way."""
    subject = job
    if job.spec.nodes and job.parent is None and job.family is not None:
        subject = job.family.members[job.spec.main_node]
    ran = attempt.started is not None
    container = present(
        exitCode=attempt.exit_code,
        reason=attempt.reason,
        logStreamName=_stream(account, subject, attempt.number) if ran else None,
        taskArn=account.names.task_arn(subject.id, attempt.number),
        containerInstanceArn=account.names.host_arn(attempt.instance) if attempt.instance else None,
    )
    return {
        "container": {**container, "networkInterfaces": []},
        "statusReason": attempt.status_reason,
        "stoppedAt": attempt.stopped,
        **present(startedAt=attempt.started),
    }


def array_properties(job: Job, *, detailed: bool) -> dict[str, Any] | None:
    """`size` and `statusSummary` of an array, `index` of a child, None for others."""
    if job.parent is not None:
        return None if job.spec.nodes else {"index": job.index, **({"statusSummary": {}} if detailed else {})}
    if job.family is None or job.spec.nodes:
        return None
    counts = job.family.counts
    summary = {status.value: counts[status] for status in Status}
    return {"size": len(job.family.members), **({"statusSummary": summary} if detailed else {})}


def job_summary(account: Account, job: Job) -> dict[str, Any]:
    """JobSummary, as ListJobs gives it."""
    last = job.attempts[-1] if job.attempts and job.status in FINAL else None
    return {
        "jobArn": account.names.arn("job", job.id),
        "jobId": job.id,
        "jobName": job.spec.name,
        "createdAt": job.created,
        "status": job.status.value,
        "jobDefinition": account.submission(job).definition.arn,
        **present(
            statusReason=job.reason,
            startedAt=job.started,
            stoppedAt=job.stopped,
            shareIdentifier=job.spec.share,
            container=present(exitCode=last.exit_code, reason=last.reason) if last else None,
            arrayProperties=array_properties(job, detailed=False),
            nodeProperties=_node_summary(job),
        ),
    }


def _node_summary(job: Job) -> dict[str, Any] | None:
    if not job.spec.nodes:
        return None
    if job.parent is None:
        return {"numNodes": len(job.spec.nodes)}
    return {**_node_details(job), "numNodes": len(job.spec.nodes)}
