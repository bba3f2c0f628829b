"""How a container may end other than well: every reason has a name, an exit code and a cause, and says the way out.

They derive from BaseException so that a job's own `except Exception` cannot swallow them.
"""

from typing import ClassVar

from backroom.words import Cause, ExitCode


class Ending(BaseException):
    """The attempt ends here. Its text is one line: the thing, the place and the way out."""

    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    cause: ClassVar[Cause] = Cause.APP_PERMANENT


class WrongSetup(Ending):
    """The container was started wrongly: a variable is missing or makes no sense, or the index has no such entry."""

    exit_code = ExitCode.WRONG_SETUP


class NoPermission(Ending):
    """AWS refuses: the role may not do this."""

    exit_code = ExitCode.NOT_ALLOWED


class Unfinished(Ending):
    """The job returned although it left items of the portion untouched: a bug in the job."""


class BadManifest(Ending):
    """The manifest or its index is missing, corrupt or of another schema."""

    exit_code = ExitCode.BAD_DATA


class BadParams(Ending):
    """A parameter of the tenant or of the run makes no sense; jobs raise it."""

    exit_code = ExitCode.BAD_DATA


class TooManyFailures(Ending):
    """More items failed than the job tolerates."""

    exit_code = ExitCode.BAD_DATA


class Stopped(Ending):
    """Somebody asked the container to stop (SIGTERM: spot reclaim, timeout, cancellation)."""

    exit_code = ExitCode.TRY_AGAIN
    cause = Cause.APP_RETRYABLE


class Superseded(Ending):
    """A later attempt at the same portion is at work: this one is a zombie and gives way."""

    exit_code = ExitCode.TRY_AGAIN
    cause = Cause.APP_RETRYABLE


class Closed(Ending):
    """The portion was given up for good before this attempt came to it, or while it was at work."""

    cause = Cause.CANCELLED


class NodeLost(Ending):
    """Another node of the Batch job is gone: jobs raise it on the main node, and all nodes begin again."""

    exit_code = ExitCode.TRY_AGAIN
    cause = Cause.HOST_LOST


class Outage(Ending):
    """S3 or STS did not answer for minutes."""

    exit_code = ExitCode.TRY_AGAIN
    cause = Cause.APP_RETRYABLE


class DiskFull(Ending):
    """The container's disk is full; another host may have room."""

    exit_code = ExitCode.TRY_AGAIN
    cause = Cause.APP_RETRYABLE


class OutOfMemory(Ending):
    """An allocation failed; the planner of the next wave asks for more memory."""

    exit_code = ExitCode.TRY_AGAIN
    cause = Cause.OUT_OF_MEMORY


class BadItem(Exception):  # noqa: N818 - its subclasses' names are the reasons that users read
    """An item cannot be done, now or later. Jobs derive their reasons from it; the class's name is what is recorded."""


class UnusableKey(BadItem):
    """A key with empty, `.` or `..` segments or control characters: the S3 client would take it for another key."""


class Skip(Exception):  # noqa: N818 - not an error
    """Raised inside `work.item(...)`: there is nothing to do for this item."""
