"""The stages of a run's job: its row, and what room their containers have."""

from typing import TYPE_CHECKING, Any

from backroom.costs import Room
from backroom.errors import JobNotDeployedError
from backroom.planning.job import JobRow, parse_row
from backroom.planning.summary import PlanSummary, StagePlan
from backroom.recording.stages import Step

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient


def read_steps(batch: "BatchClient", plan: PlanSummary) -> tuple[JobRow, list[Step]]:
    """Give the row of the job and its stages, in their order, by the definitions that the run holds on to.

    Raises JobNotDeployedError, InvalidJobRowError, botocore's ClientError.
    """
    asked = list(dict.fromkeys(stage.definition for stage in plan.stages))
    described = batch.describe_job_definitions(jobDefinitions=asked)["jobDefinitions"]
    found = {definition["jobDefinitionArn"]: definition for definition in described}
    gone = next((arn for arn in asked if arn not in found), None)
    if gone is not None:
        raise JobNotDeployedError(f"there is no job definition {gone!r} in Batch; start a new run")
    row = parse_row(plan.definition, found[plan.definition].get("parameters", {}))
    return row, [_step(stage, found[stage.definition]) for stage in plan.stages]


def _step(stage: StagePlan, definition: Any) -> Step:
    before = tuple(before.stage for before in stage.after if before.each)
    return Step(stage.name, before, stage.combines, _room(definition))


def _room(definition: Any) -> Room | None:
    """Give the room of a definition's container; None where it says nothing of it."""
    needs = definition.get("containerProperties", {}).get("resourceRequirements", [])
    wanted = {need["type"]: float(need["value"]) for need in needs}
    if not {"VCPU", "MEMORY"} <= wanted.keys():
        return None
    return Room(wanted["VCPU"], int(wanted["MEMORY"]))
