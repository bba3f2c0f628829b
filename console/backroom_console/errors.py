"""What goes wrong at the command line, as one line that a person can act upon and an exit code."""

from dataclasses import dataclass

from backroom.errors import (
    BackroomError,
    BudgetExceededError,
    InvalidParamsError,
    InvalidRequestError,
    InvalidTenantError,
    JobNotDeployedError,
    NothingToResumeError,
    RunStillActiveError,
    TenantChangedError,
    UnknownJobError,
    UnknownRunError,
    UnknownTenantError,
)
from backroom_local.process import TwinProcessError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from backroom_console.exits import Exit


class ConsoleError(BackroomError):
    """An error of the command line itself."""


class UnreachableError(ConsoleError):
    """There is no twin, or no stack of this name."""


class ContradictionError(ConsoleError):
    """What was said of where to work contradicts itself."""


class WrongStackError(ConsoleError):
    """The stack is there but is none of Backroom's."""


class UnknownPortionError(ConsoleError):
    """The run has no such portion."""


class PortTakenError(ConsoleError):
    """The web console cannot have the port that was named."""


class UnreadableFileError(ConsoleError):
    """A file that was named cannot be read, or does not hold what it should."""


class DemoError(ConsoleError):
    """The demo cannot do what it is for."""


class UnusableNameError(ConsoleError):
    """A new job, or a stage of it, cannot be called so."""


class NotACheckoutError(ConsoleError):
    """The folder is no checkout, or its files have not the form that a job can be added to."""


class JobExistsError(ConsoleError):
    """A file or a row of the new job is there already."""


EXPECTED = (BackroomError, BotoCoreError, ClientError, TwinProcessError)
"""What `explained` knows; anything else is a bug and shows its traceback."""

_WRONG_INPUT = (
    InvalidParamsError,
    InvalidRequestError,
    InvalidTenantError,
    TenantChangedError,
    UnreadableFileError,
    ContradictionError,
    RunStillActiveError,
    NothingToResumeError,
    BudgetExceededError,
    UnusableNameError,
    NotACheckoutError,
    JobExistsError,
)
_EXITS: tuple[tuple[tuple[type[Exception], ...], Exit], ...] = (
    ((UnknownRunError, UnknownJobError, UnknownTenantError, JobNotDeployedError, UnknownPortionError), Exit.UNKNOWN),
    (_WRONG_INPUT, Exit.USAGE),
    ((UnreachableError, WrongStackError, TwinProcessError, PortTakenError), Exit.UNREACHABLE),
)
_NO_REGION = "no AWS region is set: give --region; or start a local twin with `backroom local up` (there is none here)"
_NO_ACCESS = (NoCredentialsError, PartialCredentialsError, TokenRetrievalError, UnauthorizedSSOTokenError)
_NO_NETWORK = (EndpointConnectionError, ConnectTimeoutError)
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"}


@dataclass(frozen=True, slots=True)
class Explained:
    """An error in words: its name, one line, and the exit code."""

    error: str
    message: str
    exit_code: Exit


def explained(error: Exception) -> Explained:
    """Put one of EXPECTED in words."""
    name = type(error).__name__
    match error:
        case ClientError():
            return _refused(error)
        case ProfileNotFound():
            return Explained(name, f"{error}; `aws configure list-profiles` names those there are", Exit.UNREACHABLE)
        case NoRegionError():
            return Explained(name, _NO_REGION, Exit.UNREACHABLE)
        case _ if isinstance(error, _NO_ACCESS):
            return Explained(name, _without_credentials(error), Exit.UNREACHABLE)
        case _ if isinstance(error, _NO_NETWORK):
            return Explained(name, f"{error} (is the network up, is the region right?)", Exit.UNREACHABLE)
    code = next((code for kinds, code in _EXITS if isinstance(error, kinds)), Exit.REFUSED)
    return Explained(name, str(error), code)


def _without_credentials(error: Exception) -> str:
    return (
        f"{str(error).rstrip('.')}. For AWS sign in (`aws sso login`, or --profile); "
        "for a local twin start one with `backroom local up`"
    )


def _refused(error: ClientError) -> Explained:
    code = error.response["Error"]["Code"]
    if code in _EXPIRED:
        return Explained(code, f"AWS does not take these credentials ({code}): sign in again", Exit.UNREACHABLE)
    reason = error.response["Error"].get("Message", "")
    return Explained(code, f"AWS refused {error.operation_name}: {code}: {reason}", Exit.REFUSED)
