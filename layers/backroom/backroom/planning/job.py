"""A job as the planner sees it: its row of the table of jobs, and the code that knows its items."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backroom.errors import InvalidJobRowError, JobNotDeployedError, UnknownJobError
from backroom.manifest.portion import Item
from backroom.tenants import Tenant, faults
from backroom.words import Overlap

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient
    from types_boto3_batch.type_defs import JobDefinitionTypeDef
    from types_boto3_s3.client import S3Client

Share = Annotated[float, Field(ge=0, le=1)]
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


class JobRow(BaseModel):
    """What a job definition's parameters say of its job (docs/architecture.md, A job's row)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    job: str
    portion_items: int = Field(ge=1)
    portion_seconds: float = Field(gt=0)
    waves: int = Field(ge=1)
    item_tolerance: Share
    portion_tolerance: Share
    overlap: Overlap = Overlap.SKIP
    """What a run does while another one of the job goes on."""
    backoff_seconds: int = Field(default=30, ge=0, le=3600)
    """What a wave waits for each wave before it, if its portions need a pause; also the pause of a run that waits."""


class JobPlanner(Protocol):
    """What `functions/plan/planners/JOB.py` gives under the name `planner`."""

    @property
    def params(self) -> type[BaseModel]:
        """The job's parameters with their defaults; unknown ones are refused (`extra="forbid"`)."""

    def items(self, s3: "S3Client", tenant: Tenant, params: Any, /) -> Iterator[Item]:
        """Yield all items of a tenant, sorted by id as UTF-8 bytes. Raises botocore's ClientError."""

    def weigh(self, params: Any) -> Callable[[Item], float]:
        """Give a function from an item to the seconds that it is likely to take."""


def find_planner(job: str) -> JobPlanner:
    """Give the planner of a job; raises UnknownJobError naming those that there are."""
    names = planner_names()
    # Only names that were found are ever imported: `job` comes from outside.
    if not _NAME.fullmatch(job) or job not in names:
        near = get_close_matches(job, names, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise UnknownJobError(
            f"there is no job {job!r}{meant} (functions/plan/planners has: {', '.join(names) or 'none'})"
        )
    planner: JobPlanner = import_module(f"planners.{job}").planner
    return planner


def planner_names() -> list[str]:
    """Give the names of all jobs that have a planner, sorted.

    `planners` is a namespace package: any folder of it counts.
    """
    return sorted(module.name for module in iter_modules(import_module("planners").__path__))


def active_definition(batch: "BatchClient", stack: str, job: str) -> tuple[str, JobRow]:
    """Give the ARN of the job's newest active definition and its row.

    Raises JobNotDeployedError, InvalidJobRowError.
    """
    name = f"{stack}-{job}"
    pages = batch.get_paginator("describe_job_definitions").paginate(jobDefinitionName=name, status="ACTIVE")
    found = [definition for page in pages for definition in page["jobDefinitions"]]
    if not found:
        raise JobNotDeployedError(
            f"no active job definition {name!r} in Batch; add the job's row to template.yaml and deploy"
        )
    return _with_row(max(found, key=lambda definition: definition["revision"]))


def pinned_definition(batch: "BatchClient", arn: str) -> tuple[str, JobRow]:
    """Give the row of the definition that a run holds on to, whatever was deployed since.

    Raises as `active_definition`.
    """
    found = batch.describe_job_definitions(jobDefinitions=[arn])["jobDefinitions"]
    if not found:
        raise JobNotDeployedError(f"there is no job definition {arn!r} in Batch; start a new run")
    return _with_row(found[0])


def _with_row(definition: "JobDefinitionTypeDef") -> tuple[str, JobRow]:
    arn = definition["jobDefinitionArn"]
    return arn, parse_row(arn, definition.get("parameters", {}))


def parse_row(arn: str, parameters: Mapping[str, str]) -> JobRow:
    """Read the row that a definition's parameters hold; raises InvalidJobRowError naming the field."""
    try:
        return JobRow.model_validate(parameters)
    except ValidationError as error:
        raise InvalidJobRowError(f"the parameters of {arn} are no row of the table of jobs: {faults(error)}") from error
