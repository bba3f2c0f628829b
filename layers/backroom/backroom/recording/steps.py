"""The stages of a run's job: its row, and what room their containers have."""

from typing import TYPE_CHECKING, Any

from backroom.costs import Room
from backroom.errors import JobNotDeployedError
from backroom.planning.job import JobRow, parse_row
from backroom.planning.summary import PlanSummary
from backroom.recording.stages import Step

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient


def read_steps(batch: "BatchClient", plan: PlanSummary) -> tuple[JobRow, list[Step]]:
    """Give the row of the job and its stages, in their order, as the definitions say that the run holds on to.

    Raises JobNotDeployedError, InvalidJobRowError, botocore's ClientError.
    """
    asked = [plan.definition]
    found = {
        one["jobDefinitionArn"]: one for one in batch.describe_job_definitions(jobDefinitions=asked)["jobDefinitions"]
    }
    gone = next((arn for arn in asked if arn not in found), None)
    if gone is not None:
        raise JobNotDeployedError(f"there is no job definition {gone!r} in Batch; start a new run")
    row = parse_row(plan.definition, found[plan.definition].get("parameters", {}))
    return row, [Step(room=_room(found[plan.definition]))]


def _room(definition: Any) -> Room | None:
    """Give the room of a definition's container; None where it says nothing of it."""
    needs = definition.get("containerProperties", {}).get("resourceRequirements", [])
    wanted = {need["type"]: float(need["value"]) for need in needs}
    if not {"VCPU", "MEMORY"} <= wanted.keys():
        return None
    return Room(wanted["VCPU"], int(wanted["MEMORY"]))
