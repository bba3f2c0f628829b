"""What the planner is asked and what it answers (docs/architecture.md, The machine, 3)."""

from typing import Annotated, Any, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from backroom.errors import InvalidRequestError
from backroom.records import RunRequest
from backroom.tenants import JobName, faults
from backroom.words import Capacity

RUN_ID = r"[a-z][a-z0-9_]{1,39}-\d{8}T\d{6}Z-[0-9a-f]{4}"
RunId = Annotated[str, Field(pattern=f"^{RUN_ID}$", max_length=80)]
Wave = Annotated[int, Field(ge=1)]
M = TypeVar("M", bound=BaseModel)


def _none_is_empty(kind: type) -> BeforeValidator:
    # The machine passes on what was not given as null.
    return BeforeValidator(lambda value: kind() if value is None else value)


class Failure(BaseModel):
    """What a catcher of the machine gets; `Cause` is a Batch job as JSON if one has failed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    error: str = Field(default="", validation_alias=AliasChoices("error", "Error"))
    cause: str = Field(default="", validation_alias=AliasChoices("cause", "Cause"))


class PlanRequest(BaseModel):
    """The event of PlanFunction. A dry run needs no run."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    job: Annotated[str, Field(min_length=1, max_length=40)]
    run: RunId | None = None
    wave: Wave = 1
    slot: str | None = None
    tenants: Annotated[tuple[str, ...], _none_is_empty(tuple)] = ()
    params: Annotated[dict[str, Any], _none_is_empty(dict)] = {}
    resume: RunId | None = None
    """The run whose unfinished portions this one is to do."""
    approve_cost: Annotated[float, Field(ge=0)] | None = None
    """USD that somebody has agreed to, beyond the job's budget."""
    execution_arn: str | None = None
    again: bool = False
    planned: bool = False
    """Whether a Batch job that was to plan the wave has ended."""
    failure: Failure | None = None
    """How it has, where that was not well."""
    dry_run: bool = False
    weights: bool = False
    """Whether a dry run's answer shall hold the weights of the portions."""

    @model_validator(mode="after")
    def _run_or_dry(self) -> "PlanRequest":
        if not self.dry_run and self.run is None:
            raise ValueError("run is missing; only a dry run goes without")
        return self

    @model_validator(mode="after")
    def _resumed_as_asked(self) -> "PlanRequest":
        if self.resume is not None and (self.tenants or self.params):
            raise ValueError("a run that resumes another takes neither tenants nor params; they are the other's")
        return self

    @property
    def asked(self) -> RunRequest:
        """What of it is kept in the run's record."""
        return RunRequest(self.tenants, self.params, self.resume)

    @property
    def run_id(self) -> str:
        """The run, of a dry run a name that no run has."""
        return self.run or "dry-run"


class After(BaseModel):
    """What an array job waits for: another one, as a whole or (`each`) child by child."""

    model_config = ConfigDict(frozen=True)

    array: int
    """Its place in the list of the arrays."""
    each: bool


class ArrayJob(BaseModel):
    """One submission to Batch: entries `offset` to `offset + size - 1` of the index; size 1 is a plain job."""

    model_config = ConfigDict(frozen=True)

    offset: int
    size: int
    stage: int = 0
    """Its place in the list of the stages."""
    queue: Capacity = Capacity.SPOT
    memory: int | None = None
    """MiB, where the definition's do not do."""
    nodes: int = 1
    """Of more than one: a multi-node job, whose size is 1."""
    after: tuple[After, ...] = ()
    last: bool = True
    """Whether no other array waits for it."""


class StageJob(BaseModel):
    """A stage and the ARN of the job definition that its arrays are submitted with."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    name: str
    definition: str


class Held(BaseModel):
    """The run that has the job at the moment, and what the job's row says of that: `skip` or `queue`."""

    model_config = ConfigDict(frozen=True)

    run: str
    policy: str


class Elsewhere(BaseModel):
    """The Batch job that is to plan the wave (ARNs), and the key of what it is asked, in the runs bucket."""

    model_config = ConfigDict(frozen=True)

    definition: str
    queue: str
    request: str


class PlanAnswer(BaseModel):
    """What the machine goes on with."""

    model_config = ConfigDict(frozen=True)

    job: JobName
    run: RunId
    wave: Wave
    portions: int
    items: int
    arrays: tuple[ArrayJob, ...]
    """Each after those that it waits for."""
    definition: str
    stages: tuple[StageJob, ...]
    queues: dict[Capacity, str]
    backoff: int = 0
    """Seconds to wait before anything is submitted; of a held run, before it asks again."""
    held: Held | None = None
    elsewhere: Elsewhere | None = None
    """Set where the wave is to be planned by a Batch job before there is a plan to go on with."""
    message: str


def parse(model: type[M], event: Any) -> M:
    """Read a function's event; raises InvalidRequestError naming the fields that do not fit."""
    try:
        return model.model_validate(event)
    except ValidationError as error:
        raise InvalidRequestError(f"the event does not fit {model.__name__}: {faults(error)}") from error
