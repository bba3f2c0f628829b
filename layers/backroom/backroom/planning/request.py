"""What the planner is asked and what it answers (docs/architecture.md, The machine, 3)."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from backroom.errors import InvalidRequestError
from backroom.tenants import JobName, faults

RunId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}-\d{8}T\d{6}Z-[0-9a-f]{4}$", max_length=80)]
Wave = Annotated[int, Field(ge=1)]
M = TypeVar("M", bound=BaseModel)
LARGEST_ARRAY = 10_000
"""Children that one array job of AWS Batch may have."""


def _none_is_empty(kind: type) -> BeforeValidator:
    # The machine passes on what was not given as null.
    return BeforeValidator(lambda value: kind() if value is None else value)


class PlanRequest(BaseModel):
    """The event of PlanFunction. A dry run needs no run."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    job: Annotated[str, Field(min_length=1, max_length=40)]
    run: RunId | None = None
    wave: Wave = 1
    slot: str | None = None
    tenants: Annotated[tuple[str, ...], _none_is_empty(tuple)] = ()
    params: Annotated[dict[str, Any], _none_is_empty(dict)] = {}
    execution_arn: str | None = None
    again: bool = False
    dry_run: bool = False
    weights: bool = False
    """Whether a dry run's answer shall hold the weights of the portions."""

    @model_validator(mode="after")
    def _run_or_dry(self) -> "PlanRequest":
        if not self.dry_run and self.run is None:
            raise ValueError("run is missing; only a dry run goes without")
        return self

    @property
    def run_id(self) -> str:
        """The run, of a dry run a name that no run has."""
        return self.run or "dry-run"


class ArrayJob(BaseModel):
    """One submission to Batch: entries `offset` to `offset + size - 1` of the index; size 1 is a plain job."""

    model_config = ConfigDict(frozen=True)

    offset: int
    size: int


class PlanAnswer(BaseModel):
    """What the machine goes on with."""

    model_config = ConfigDict(frozen=True)

    job: JobName
    run: RunId
    wave: Wave
    portions: int
    items: int
    arrays: tuple[ArrayJob, ...]
    definition: str
    queue: str
    message: str


def arrays(portions: int) -> tuple[ArrayJob, ...]:
    """Cut `portions` entries of an index into array jobs, as large as Batch takes them."""
    starts = range(0, portions, LARGEST_ARRAY)
    return tuple(ArrayJob(offset=start, size=min(LARGEST_ARRAY, portions - start)) for start in starts)


def parse(model: type[M], event: Any) -> M:
    """Read a function's event; raises InvalidRequestError naming the fields that do not fit."""
    try:
        return model.model_validate(event)
    except ValidationError as error:
        raise InvalidRequestError(f"the event does not fit {model.__name__}: {faults(error)}") from error
