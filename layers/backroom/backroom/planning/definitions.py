"""The job definitions of a job's stages, pinned for a run."""

from typing import TYPE_CHECKING, Any

from backroom.errors import JobNotDeployedError
from backroom.planning.job import JobRow, newest_definition, parse_row
from backroom.planning.summary import StagePlan

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
    return row, tuple(
        StagePlan(stage.name, stage.after, definition["jobDefinitionArn"], *_room(definition), nodes=_nodes(definition))
        for stage, definition in found
    )


def pinned_row(batch: "BatchClient", arn: str) -> JobRow:
    """Give the row of the definition that a run holds on to, whatever was deployed since.

    Raises as `active_stages`.
    """
    found = batch.describe_job_definitions(jobDefinitions=[arn])["jobDefinitions"]
    if not found:
        raise JobNotDeployedError(f"there is no job definition {arn!r} in Batch; start a new run")
    return parse_row(arn, found[0].get("parameters", {}))


def _nodes(definition: "JobDefinitionTypeDef") -> int:
    return definition["nodeProperties"]["numNodes"] if "nodeProperties" in definition else 1


def _container(definition: "JobDefinitionTypeDef") -> Any:
    if "nodeProperties" in definition:
        return definition["nodeProperties"]["nodeRangeProperties"][0].get("container", {})
    return definition.get("containerProperties", {})


def _room(definition: "JobDefinitionTypeDef") -> tuple[int | None, float | None]:
    """MiB and vCPUs, of each node where there are several: all are alike."""
    needs = _container(definition).get("resourceRequirements", [])
    found = {need["type"]: float(need["value"]) for need in needs}
    memory = found.get("MEMORY")
    return None if memory is None else int(memory), found.get("VCPU")
