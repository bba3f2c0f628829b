"""A job as the planner sees it: its row of the table of jobs, and the code that knows its items."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from backroom.errors import InvalidJobRowError, JobNotDeployedError, UnknownJobError
from backroom.manifest.portion import Item
from backroom.planning.stages import ONLY, Stage, parse_stages
from backroom.tenants import Share, Tenant, faults
from backroom.words import Overlap, PlannedBy

if TYPE_CHECKING:
    from types_boto3_batch.client import BatchClient
    from types_boto3_batch.type_defs import JobDefinitionTypeDef
    from types_boto3_s3.client import S3Client


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


# A parameter of a job definition is a text: "" stands for none.
Optional = BeforeValidator(_empty_is_none)
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
    stages: Annotated[tuple[Stage, ...], BeforeValidator(parse_stages)] = ONLY
    memory_cap: Annotated[int | None, Field(ge=1), Optional] = None
    """MiB that a portion is given at most after it ran out of memory; None: what its definition says."""
    bisect: bool = False
    """Whether a portion that crashes is halved until the item that does it is alone."""
    budget: Annotated[float | None, Field(gt=0), Optional] = None
    """USD that a run may be forecast to cost."""
    budget_action: Literal["refuse", "ask"] = "refuse"
    """What becomes of a run that is forecast to cost more."""
    overlap: Overlap = Overlap.SKIP
    """What a run does while another one of the job goes on."""
    backoff_seconds: int = Field(default=30, ge=0, le=3600)
    """What a wave waits for each wave before it, if its portions need a pause; also the pause of a run that waits."""
    mail: bool = False
    """Whether tenants are told by e-mail what became of their part."""
    planner: PlannedBy = PlannedBy.LAMBDA
    """What runs its planner."""
    glue_job: str = ""
    """The Glue job that is started when a run has ended; "": none."""


class JobPlanner(Protocol):
    """What `functions/plan/planners/JOB.py` gives under the name `planner`.

    Of one that has `together = True` besides, a tenant's items are planned all or none: where a stage combines what
    comes of them all, those that have not changed are needed too. Of one that has `group(tenant: Tenant) -> str`, the
    tenants of the same group share portions (planning/sharing.py).
    """

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
    """Give the ARN of the job's newest active definition, of its first stage, and its row.

    Raises JobNotDeployedError, InvalidJobRowError.
    """
    newest = newest_definition(batch, f"{stack}-{job}")
    arn = newest["jobDefinitionArn"]
    return arn, parse_row(arn, newest.get("parameters", {}))


def newest_definition(batch: "BatchClient", name: str) -> "JobDefinitionTypeDef":
    """Give the newest active definition of this name; raises JobNotDeployedError, botocore's ClientError."""
    pages = batch.get_paginator("describe_job_definitions").paginate(jobDefinitionName=name, status="ACTIVE")
    found = [definition for page in pages for definition in page["jobDefinitions"]]
    if not found:
        raise JobNotDeployedError(
            f"no active job definition {name!r} in Batch; add the job's row to template.yaml and deploy"
        )
    return max(found, key=lambda definition: definition["revision"])


def parse_row(arn: str, parameters: Mapping[str, str]) -> JobRow:
    """Read the row that a definition's parameters hold; raises InvalidJobRowError naming the field."""
    try:
        return JobRow.model_validate(parameters)
    except ValidationError as error:
        raise InvalidJobRowError(f"the parameters of {arn} are no row of the table of jobs: {faults(error)}") from error
