"""What every command has: the options that say where to work and how to answer, and one line for what goes wrong."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from pathlib import Path
from typing import Any

import click
import orjson
from backroom_local.epilogs import epilog

from backroom_console.connection import Connection
from backroom_console.errors import EXPECTED, explained
from backroom_console.exits import Exit
from backroom_console.output import Output
from backroom_console.reader import Reader
from backroom_console.target import Target, Wanted, settled

Function = Callable[..., Any]

_OPTIONS = (
    click.option("--stack", default="backroom", show_default=True, envvar="BACKROOM_STACK", help="Stack on AWS."),
    click.option("--profile", help="AWS profile; implies --aws."),
    click.option("--region", help="AWS region."),
    click.option("--aws", is_flag=True, help="Work on AWS even if a local twin runs here."),
    click.option(
        "--state-dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(".backroom"),
        show_default=True,
        envvar="BACKROOM_STATE_DIR",
        help="Folder of the local twin's state.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Answer as JSON, errors too."),
)


@dataclass(frozen=True)
class Invocation:
    """One call of a command."""

    wanted: Wanted
    output: Output
    target: Target | None = None
    """Where to work, if that is settled already."""

    @cached_property
    def connection(self) -> Connection:
        """The stack to work on; raises UnreachableError."""
        return Connection(self.target or settled(self.wanted, os.environ))

    @property
    def reader(self) -> Reader:
        """The reader of its runs."""
        return Reader(self.connection)


def command(*examples: str) -> Callable[[Function], click.Command]:
    """Give a function the shared options and an Invocation as its first argument; `examples` end its help.

    An expected error becomes one line on standard error and its exit code; a bug keeps its traceback.
    """

    def decorate(function: Function) -> click.Command:
        def call(*arguments: Any, as_json: bool, state_dir: Path, **options: Any) -> None:
            where = {name: options.pop(name) for name in ("profile", "region", "stack", "aws")}
            wanted = Wanted(**where, state_dir=state_dir)
            guarded(lambda: function(Invocation(wanted, Output(as_json)), *arguments, **options), as_json)

        wrapped: Function = update_wrapper(call, function)
        for option in reversed(_OPTIONS):
            wrapped = option(wrapped)
        return click.command(epilog=epilog(*examples))(wrapped)

    return decorate


def guarded(action: Callable[[], Any], as_json: bool) -> None:
    """Do a command's work; an expected error becomes one line on standard error, or JSON, and its exit code."""
    try:
        action()
    except EXPECTED as error:
        told = explained(error)
        if as_json:
            click.echo(orjson.dumps({"error": told.error, "message": told.message}), err=True)
        else:
            click.echo(f"Error: {told.message}", err=True)
        sys.exit(told.exit_code)
    except KeyboardInterrupt:
        click.echo("\nInterrupted.", err=True)
        sys.exit(Exit.INTERRUPTED)
