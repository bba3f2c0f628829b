"""From an attempt to what an executor starts: Batch's own variables, the log stream, a node's address.

Variables: user guide, "Job environment variables". Containers of EC2 jobs share their host's network, which here is
this machine: so each node gets a loopback address of its own.
"""

import hashlib

from backroom_local.batch.account import Account
from backroom_local.batch.core.records import Job
from backroom_local.batch.names import log_stream
from backroom_local.execution.interface import Launch


def launch(account: Account, job: Job, attempt: int) -> Launch:
    """Everything about one attempt, resolved."""
    container = account.container(job)
    return Launch(
        job_id=job.id,
        attempt=attempt,
        image=container.image,
        command=container.command,
        environment={**container.environment, **_batch_variables(job, attempt)},
        vcpus=container.vcpus,
        memory_mib=container.memory_mib,
        log_group=container.log_group,
        log_stream=log_stream(container.log_prefix, container.name, job.id, attempt),
        job_role_arn=container.job_role_arn,
        execution_role_arn=container.execution_role_arn,
        secrets=container.secrets,
        address=node_address(job.parent.key, job.index) if job.parent is not None and job.spec.nodes else None,
    )


def _batch_variables(job: Job, attempt: int) -> dict[str, str]:
    variables = {
        "AWS_BATCH_JOB_ID": job.id,
        "AWS_BATCH_JOB_ATTEMPT": str(attempt),
        "AWS_BATCH_JQ_NAME": job.spec.queue,
        "AWS_BATCH_CE_NAME": job.environment or "",
    }
    if job.parent is None:
        return variables
    if job.spec.nodes:
        return variables | _node_variables(job, job.parent)
    return variables | {"AWS_BATCH_JOB_ARRAY_INDEX": str(job.index)}


def _node_variables(node: Job, job: Job) -> dict[str, str]:
    """The main node's address is told to the others only: they start when it runs."""
    spec = job.spec
    variables = {
        "AWS_BATCH_JOB_NODE_INDEX": str(node.index),
        "AWS_BATCH_JOB_NUM_NODES": str(len(spec.nodes)),
        "AWS_BATCH_JOB_MAIN_NODE_INDEX": str(spec.main_node),
    }
    if node.index != spec.main_node:
        variables["AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS"] = node_address(job.key, spec.main_node)
    return variables


def node_address(job_id: str, index: int) -> str:
    """A loopback address for a node: `127.x.y.z`, the first two from the job, so that two jobs do not meet."""
    digest = hashlib.sha256(job_id.encode()).digest()
    return f"127.{1 + digest[0] % 250}.{digest[1]}.{1 + index}"
