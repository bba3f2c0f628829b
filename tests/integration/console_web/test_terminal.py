"""What the command line prints on terminals of 80 and 200 columns and into a pipe, word by word.

`GOLDEN=write python -m pytest FILE` writes golden/ anew; look at the difference then.
"""

import os
from pathlib import Path

import pytest
from backroom.words import RunStatus
from backroom_local.testing import Twin

from tests.e2e.command_line import BACKROOM, CommandLine, clean_environment
from tests.e2e.terminal import plain, printed
from tests.integration.console_web.conftest import Console
from tests.prepared_runs import portions, run_id

GOLDEN = Path(__file__).parent / "golden"
RUN = run_id(0x300)
COMMANDS = {"show": ("show", RUN), "portions": ("portions", RUN, "--limit", "14")}


@pytest.fixture(scope="module")
def backroom(console: Console, twin: Twin, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    ended = list(portions(60, 3, 7))
    console.prepared.ended(RUN, ended, RunStatus.FAILED, "8 of 60 portions failed")
    return CommandLine(clean_environment(AWS_ENDPOINT_URL=twin.endpoint_url), tmp_path_factory.mktemp("terminal"))


def holds(name: str, text: str) -> None:
    """Compare a text with the one that is kept, or keep it."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_printed_on_a_terminal(backroom: CommandLine, name: str, columns: int) -> None:
    text = printed((str(BACKROOM), *COMMANDS[name]), backroom.environment, backroom.folder, columns)
    assert "\x1b[" in text, "states are in colour"
    holds(f"{name}-{columns}", plain(text).replace(backroom.environment["AWS_ENDPOINT_URL"], "http://twin"))
    assert max(map(len, plain(text).splitlines())) <= columns


def test_what_is_piped_has_no_colour(backroom: CommandLine) -> None:
    done = backroom(*COMMANDS["portions"])
    assert "\x1b" not in done.stdout + done.stderr
    holds("portions-200", plain(done.stdout))
