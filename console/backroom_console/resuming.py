"""Whether a run can be resumed. Pure."""

from backroom.errors import NothingToResumeError, RunStillActiveError
from backroom.records import RunRecord
from backroom.words import Outcome


def require_something_left(latest: RunRecord) -> None:
    """Raise RunStillActiveError for a run that goes on, NothingToResumeError for one that left nothing."""
    if latest.goes_on:
        raise RunStillActiveError(
            f"{latest.run} is {latest.status}: wait for its end (`backroom show {latest.run} --wait`), "
            f"or stop it (`backroom cancel {latest.run}`), and then resume it"
        )
    if latest.counts and left(latest) == 0:
        raise NothingToResumeError(f"nothing is left of {latest.run}: all its portions came to a good end")


def left(run: RunRecord) -> int:
    """Count the portions that a run left unfinished, as far as is recorded."""
    finished = sum(run.counts.get(outcome, 0) for outcome in (Outcome.SUCCEEDED, Outcome.SKIPPED))
    return sum(run.counts.values()) - finished
