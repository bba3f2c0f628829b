"""The outputs of a stack: what the command line must know of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from backroom.records import RunRecord
from backroom_local.process import Running, TwinProcessError
from botocore.exceptions import ClientError

from backroom_console.errors import UnreachableError, WrongStackError

_NAMES = {
    "stack": "StackName",
    "machine": "RunJobArn",
    "bucket": "RunsBucketName",
    "tenants_table": "TenantsTableName",
    "runs_table": "RunsTableName",
    "plan_function": "PlanFunctionName",
    "reconcile_function": "ReconcileFunctionName",
    "notify_function": "NotifyFunctionName",
    "queue": "SpotQueueArn",
    "on_demand_queue": "OnDemandQueueArn",
}
_QUEUES_BESIDE = {
    "fargate_queue": "FargateQueueArn",
    "fargate_on_demand_queue": "FargateOnDemandQueueArn",
    "multi_node_queue": "MultiNodeQueueArn",
}
"""Not every stack has them."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The stack's parts that commands use; template.yaml, Outputs."""

    stack: str
    machine: str
    bucket: str
    tenants_table: str
    runs_table: str
    plan_function: str
    reconcile_function: str
    notify_function: str
    queue: str
    """Of the first try."""
    on_demand_queue: str
    """Of what was reclaimed."""
    fargate_queue: str = ""
    fargate_on_demand_queue: str = ""
    multi_node_queue: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str], place: str) -> "Outputs":
        """Take what is needed of a stack's outputs; raises WrongStackError naming what is missing."""
        missing = sorted(name for name in _NAMES.values() if name not in given)
        if missing:
            raise WrongStackError(
                f"{place} has no output {', '.join(missing)}: it is none of Backroom's, or an old one. "
                "Name another with --stack, or deploy this one"
            )
        beside = {field: given.get(name, "") for field, name in _QUEUES_BESIDE.items()}
        return cls(**{field: given[name] for field, name in _NAMES.items()}, **beside)

    @property
    def queues(self) -> tuple[str, ...]:
        """All queues that a run's Batch jobs may be in."""
        beside = (self.fargate_queue, self.fargate_on_demand_queue, self.multi_node_queue)
        return (self.queue, self.on_demand_queue, *filter(None, beside))

    def execution(self, run: str) -> str:
        """Give the ARN that the execution has which was started under the run's name."""
        return f"{self.machine.replace(':stateMachine:', ':execution:')}:{run}"

    def execution_of(self, run: RunRecord) -> str:
        """Give the ARN of a run's execution; a schedule's has another name than the run."""
        return run.execution_arn or self.execution(run.run)


def of_twin(endpoint: str, region: str) -> Mapping[str, str]:
    """Ask a twin for its outputs; raises UnreachableError."""
    try:
        answer = Running(0, 0, endpoint, region, "").ask("outputs", timeout=30.0)
    except (TwinProcessError, ValueError) as error:
        raise UnreachableError(
            f"no twin answers at {endpoint} ({error}): start one with `backroom local up`, or unset AWS_ENDPOINT_URL"
        ) from error
    found: Mapping[str, str] = answer
    return found


def of_stack(cloudformation: Any, name: str) -> Mapping[str, str]:
    """Ask CloudFormation for a stack's outputs; raises UnreachableError naming near ones, and ClientError."""
    try:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise UnreachableError(_no_stack(cloudformation, name)) from error
    return _outputs(stack)


def _outputs(stack: Mapping[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _no_stack(cloudformation: Any, name: str) -> str:
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    ours = [stack["StackName"] for page in pages for stack in page["Stacks"] if "RunJobArn" in _outputs(stack)]
    near = get_close_matches(name, ours, n=3, cutoff=0.0)
    way_out = f"name one with --stack: {', '.join(near)}" if near else "deploy one with `make deploy`"
    return f"there is no stack {name!r} in {cloudformation.meta.region_name}; {way_out}"
