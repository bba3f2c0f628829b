"""What the command line says of itself: every command with examples and --json, written down in docs/cli.md."""

import os
import subprocess

import click
import pytest
from backroom_console.cli import main

from scripts.cli_reference import PAGE, commands, page
from tests.e2e.command_line import BACKROOM

LEAVES = {name: command for name, command in commands(main, "backroom") if not isinstance(command, click.Group)}


def test_the_page_is_what_the_commands_say() -> None:
    assert PAGE.read_text() == page(), "the help has changed: `make cli-reference` writes docs/cli.md anew"


@pytest.mark.parametrize("name", LEAVES)
def test_a_command_has_examples_and_answers_as_json(name: str) -> None:
    command = LEAVES[name]
    assert "--json" in {option for param in command.params for option in param.opts}
    shown = [line.strip() for line in (command.epilog or "").splitlines()]
    assert any(name in line for line in shown), f"`{name} --help` shows no example of it"
    undocumented = [param.name for param in command.params if isinstance(param, click.Option) and not param.help]
    assert undocumented == [], f"`{name} --help` does not say what these do"


def test_bash_completes_commands_and_is_silent_where_nobody_answers() -> None:
    environment = {
        **os.environ,
        "PATH": f"{BACKROOM.parent}:{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    }
    script = """
eval "$(backroom completion bash)"
try() {
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
  _backroom_completion backroom; echo "${COMPREPLY[*]}"
}
try backroom te
try backroom tenants e
try backroom why x
"""
    done = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines() == ["tenants", "edit enable", ""]
    assert done.stderr == ""
