"""What the command line says when something cannot be done, and with which exit code it ends."""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import click
from backroom.errors import BackroomError
from backroom_local.process import TwinProcessError
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError


class Exit(IntEnum):
    """Exit codes of the command line (docs/operations.md)."""

    OK = 0
    RUN_FAILED = 1
    USAGE = 2
    CANNOT = 3
    INTERRUPTED = 130


class NoStackError(BackroomError):
    """There is no stack to work on."""


class RunStartError(BackroomError):
    """A run could not be started, or ended before it was recorded."""


class Complaint(click.ClickException):
    """An error that a person can act upon."""

    exit_code = Exit.CANNOT


class Commands(click.Group):
    """A group whose commands end with one clear line instead of a traceback when AWS or the records refuse."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command that was asked for."""
        return explained(lambda: super(Commands, self).invoke(context))


def explained(action: Callable[[], Any]) -> Any:
    """Do something; what goes wrong becomes a Complaint that says what to do. Bugs stay bugs."""
    try:
        return action()
    except (BackroomError, TwinProcessError) as error:
        raise Complaint(str(error)) from error
    except NoCredentialsError as error:
        raise Complaint(
            "there are no AWS credentials: choose a profile with --profile, "
            "or start the local twin with `backroom local up`"
        ) from error
    except NoRegionError as error:
        raise Complaint("there is no AWS region: name one with --region, or choose a --profile that has one") from error
    except ClientError as error:
        raise Complaint(f"AWS refused {error.operation_name}: {error.response['Error']['Message']}") from error
    except BotoCoreError as error:
        raise Complaint(f"AWS cannot be asked: {error}") from error
