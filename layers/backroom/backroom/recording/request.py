"""What the recorder is told and what it answers (docs/architecture.md, The machine, 5)."""

from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from backroom.planning.request import RunId, Wave
from backroom.words import Outcome, RunStatus

_WHY = {
    RunStatus.ABORTED: "the run was stopped",
    RunStatus.TIMED_OUT: "the execution timed out",
    RunStatus.FAILED: "the execution failed",
}


class ArrayResult(BaseModel):
    """One array (or plain job, size 1) of the wave, and how it ended; without id it was never submitted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    offset: int = Field(ge=0)
    size: int = Field(ge=1)
    batch_job_id: str | None = None
    status: str | None = None
    reason: str | None = None
    stage: str = ""
    queue: str | None = None
    memory: int | None = None

    def __contains__(self, position: int) -> bool:
        """Whether this entry of the index runs in this array."""
        return self.offset <= position < self.offset + self.size


class RecordRequest(BaseModel):
    """The event of RecordFunction. With `error` or `ended` the run has ended, whatever was going on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    job: Annotated[str, Field(min_length=1, max_length=40)]
    run: RunId
    wave: Wave = 1
    portions: int = 0
    arrays: Annotated[tuple[ArrayResult, ...], BeforeValidator(lambda value: value or ())] = ()
    definition: str | None = None
    error: str | None = None
    ended: Literal["FAILED", "TIMED_OUT", "ABORTED"] | None = None
    """How the execution ended, by the word of Step Functions, where it could not record that itself."""
    cancelled: bool = False
    """Somebody has stopped the run."""

    @field_validator("error", mode="before")
    @classmethod
    def _in_words(cls, error: Any) -> Any:
        return describe_error(error) if isinstance(error, dict) else error

    @property
    def stopped(self) -> bool:
        """Whether somebody wanted the run to end."""
        return self.cancelled or self.ended == "ABORTED"

    @property
    def end(self) -> RunStatus | None:
        """How the run has ended, if it has."""
        if self.stopped:
            return RunStatus.ABORTED
        if self.ended == "TIMED_OUT":
            return RunStatus.TIMED_OUT
        return None if self.error is None and self.ended is None else RunStatus.FAILED

    @property
    def why(self) -> str:
        """Why it has, in words."""
        return self.error or _WHY[self.end or RunStatus.FAILED]


class After(BaseModel):
    """What the machine does when the run has ended."""

    model_config = ConfigDict(frozen=True)

    mail: bool = False
    """Whether tenants are told by e-mail."""
    glue: str | None = None
    """The Glue job to start."""


class RecordAnswer(BaseModel):
    """What the machine goes on with."""

    model_config = ConfigDict(frozen=True)

    status: RunStatus
    again: bool
    message: str
    counts: dict[Outcome, int]
    after: After = After()


def describe_error(error: dict[str, Any]) -> str:
    """Say in words what a failed state left, `{Error, Cause}`; Cause is Lambda's JSON if a function raised."""
    name, cause = error.get("Error", "Error"), error.get("Cause", "")
    try:
        raised = orjson.loads(cause)
        return f"{raised['errorType']}: {raised['errorMessage']}"
    except (ValueError, TypeError, KeyError):
        return f"{name}: {cause}" if cause else str(name)
