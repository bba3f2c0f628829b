"""Calls the functions of a stack, whose errors come back under their own names."""

import json
from collections.abc import Mapping
from typing import Any

from backroom.errors import BackroomError, error_named

from backroom_console.connection import Connection
from backroom_console.errors import ConsoleError


class FunctionFailedError(ConsoleError):
    """A function raised an error that this version of the command line has no name for."""


def call(connection: Connection, function: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Call a function and give its answer.

    Raises the BackroomError that the function raised, FunctionFailedError for any other, ClientError.
    """
    answer = connection.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    given: dict[str, Any] = json.load(answer["Payload"])
    if "FunctionError" in answer:
        raise _raised(function, given)
    return given


def _raised(function: str, error: Mapping[str, Any]) -> BackroomError:
    name = str(error.get("errorType", "an error"))
    message = str(error.get("errorMessage", "it gave no reason"))
    kind = error_named(name)
    return kind(message) if kind else FunctionFailedError(f"{function} failed with {name}: {message}")
