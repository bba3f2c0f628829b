"""ARNs and ids as AWS makes them. Ids that belong to an attempt are made from it, so that nothing has to be kept."""

import hashlib
from dataclasses import dataclass

DEFAULT_LOG_GROUP = "/aws/batch/job"


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one account in one region."""

    account: str
    region: str

    def arn(self, kind: str, name: str) -> str:
        """ARN of something of Batch: `kind` is `job`, `job-queue`, `job-definition`, `compute-environment`, ..."""
        return f"arn:aws:batch:{self.region}:{self.account}:{kind}/{name}"

    def task_arn(self, job_id: str, attempt: int) -> str:
        """ARN of the ECS task of an attempt."""
        return f"arn:aws:ecs:{self.region}:{self.account}:task/backroom-local/{task_id(job_id, attempt)}"

    def host_arn(self, instance: str) -> str:
        """ARN of the ECS container instance that an EC2 instance is."""
        digest = hashlib.sha256(instance.encode()).hexdigest()[:32]
        return f"arn:aws:ecs:{self.region}:{self.account}:container-instance/backroom-local/{digest}"


def task_id(job_id: str, attempt: int) -> str:
    """The 32 hex digits of an ECS task."""
    return hashlib.sha256(f"{job_id} {attempt}".encode()).hexdigest()[:32]


def log_stream(prefix: str, container: str, job_id: str, attempt: int) -> str:
    """Where an attempt logs: `PREFIX/CONTAINER/TASK` (user guide, "awslogs log driver")."""
    return f"{prefix}/{container}/{task_id(job_id, attempt)}"


def short(arn_or_name: str) -> str:
    """The name in an ARN, or the name itself."""
    return arn_or_name.rsplit("/", 1)[-1] if arn_or_name.startswith("arn:") else arn_or_name
