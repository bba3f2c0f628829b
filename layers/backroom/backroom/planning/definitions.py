"""The job definitions of a job's stages, pinned for a run."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from backroom.errors import InvalidJobRowError, JobNotDeployedError
from backroom.planning.job import JobRow, newest_definition, parse_row
from backroom.planning.stages import Stage
from backroom.planning.summary import StagePlan
from backroom.words import Compute

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient
    from types_boto3_batch.type_defs import JobDefinitionTypeDef


def active_stages(batch: "BatchClient", stack: str, job: str) -> tuple[JobRow, tuple[StagePlan, ...]]:
    """Give a job's row and its stages with their newest active definitions.

    The first stage's is `STACK-JOB`, and its parameters are the row; the others' are `STACK-JOB-STAGE`. Raises
    JobNotDeployedError, InvalidJobRowError, botocore's ClientError.
    """
    first = newest_definition(batch, f"{stack}-{job}")
    row = parse_row(first["jobDefinitionArn"], first.get("parameters", {}))
    others = [newest_definition(batch, f"{stack}-{job}-{stage.name}") for stage in row.stages[1:]]
    found = zip(row.stages, (first, *others), strict=True)
    return row, _of_one_kind(job, tuple(_stage(stage, definition) for stage, definition in found))


def _stage(stage: Stage, definition: "JobDefinitionTypeDef") -> StagePlan:
    memory, vcpus = _room(definition)
    arn, compute = definition["jobDefinitionArn"], _compute(definition)
    return StagePlan(stage.name, stage.after, arn, memory, vcpus, _nodes(definition), compute)


def _of_one_kind(job: str, stages: tuple[StagePlan, ...]) -> tuple[StagePlan, ...]:
    """Give the stages; raises InvalidJobRowError where some run on Fargate and some do not: a queue has one kind."""
    other = next((stage for stage in stages if stage.compute is not stages[0].compute), None)
    if other is not None:
        raise InvalidJobRowError(
            f"stage {other.name!r} of job {job!r} is for {other.compute}, the first one for {stages[0].compute}: "
            "give all rows of the job the same Compute, and deploy"
        )
    return stages


def pinned_row(batch: "BatchClient", arn: str) -> JobRow:
    """Give the row of the definition that a run holds on to, whatever was deployed since.

    Raises as `active_stages`.
    """
    found = batch.describe_job_definitions(jobDefinitions=[arn])["jobDefinitions"]
    if not found:
        raise JobNotDeployedError(f"there is no job definition {arn!r} in Batch; start a new run")
    return parse_row(arn, found[0].get("parameters", {}))


def _compute(definition: "JobDefinitionTypeDef") -> Compute:
    return Compute.FARGATE if "FARGATE" in definition.get("platformCapabilities", ()) else Compute.EC2


def _nodes(definition: "JobDefinitionTypeDef") -> int:
    return definition["nodeProperties"]["numNodes"] if "nodeProperties" in definition else 1


def container_of(definition: Mapping[str, Any]) -> Any:
    """Give the properties of a definition's (or Batch job's) container; of several nodes all are alike. Pure."""
    if "nodeProperties" in definition:
        return definition["nodeProperties"]["nodeRangeProperties"][0].get("container", {})
    return definition.get("containerProperties", {})


def _room(definition: "JobDefinitionTypeDef") -> tuple[int | None, float | None]:
    """MiB and vCPUs, of each node where there are several: all are alike."""
    needs = container_of(definition).get("resourceRequirements", [])
    found = {need["type"]: float(need["value"]) for need in needs}
    memory = found.get("MEMORY")
    return None if memory is None else int(memory), found.get("VCPU")
