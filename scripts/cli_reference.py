"""Writes docs/cli.md: the help of every command, as the command line gives it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from backroom_console.cli import main as backroom

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
WIDTH = 100
_HEAD = """# The command line

What `backroom COMMAND --help` says, written by `make cli-reference`; a test holds it to the commands.
[Exit codes](operations.md#exit-codes-of-backroom), [where it works](operations.md#where-backroom-works),
[what to do when a run failed](operations.md#a-run-failed-what-now).

Tables are as wide as the terminal. Where the output goes to a file or another program they have no colour and are at
most 200 columns wide; `NO_COLOR` is heeded. `--json` gives the same as JSON on standard output, and errors as JSON on
standard error. `eval "$(backroom completion bash)"` (`zsh`, `fish`) completes commands, jobs, runs and tenants.
"""

Named = tuple[str, click.Command]


def commands(command: click.Command, name: str) -> Iterator[Named]:
    """Yield a command and those below it, each with what is typed for it."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from commands(found, f"{name} {below}")


def page() -> str:
    """Give the page."""
    found = list(commands(backroom, "backroom"))
    return "\n".join([_HEAD, *(_section(name, command) for name, command in found)])


def _section(name: str, command: click.Command) -> str:
    # All commands have it of the first one, and click keeps the option as it was when it was first made.
    named = backroom.context_settings["help_option_names"]
    context = click.Context(
        command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH, help_option_names=named
    )
    return f"## {name}\n\n```\n{command.get_help(context).rstrip()}\n```\n"


def main() -> int:
    """Write the page; gives the exit code."""
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
