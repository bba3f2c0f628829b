"""What the docs and the messages tell users to type exists."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from backroom_console.cli import main

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "console" / "backroom_console").rglob("*.py")),
    *sorted((ROOT / "layers" / "backroom" / "backroom").glob("*.py")),
]
# In backticks, in an indented block, or as an example of a command's help; what follows a comma, `|` or `#` is prose.
TOLD = re.compile(r"""(?:[`("]|^ {4})(?:\.venv/bin/)?backroom (?P<words>[a-z][^`#|;&,"\n)]*)""", re.MULTILINE)


def told(path: Path) -> Iterator[list[str]]:
    """Give the commands that a text tells the user to type, as words without `backroom`."""
    for found in TOLD.finditer(path.read_text()):
        yield shlex.split(found["words"].replace("'", ""))


def resolve(words: list[str]) -> tuple[click.Command, list[str]]:
    """Find the command that the words begin with; gives it and the other words."""
    command: click.Command = main
    rest = list(words)
    while isinstance(command, click.Group) and rest:
        found = command.get_command(click.Context(command), rest[0])
        assert found is not None, f"there is no command `backroom {' '.join(words)}`"
        command, rest = found, rest[1:]
    return command, rest


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_that_are_told_exist(path: Path) -> None:
    for words in told(path):
        command, rest = resolve(words)
        known = {option for param in command.params for option in (*param.opts, *param.secondary_opts)} | {"--help"}
        unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in known]
        assert not unknown, f"`backroom {' '.join(words)}` has no {unknown}"


def test_there_are_commands_to_check() -> None:
    assert sum(1 for path in SOURCES for _ in told(path)) > 30


PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").glob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\((?!https?://|#)([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"`[^`]*`", "", page.read_text())
    broken = [target for target in LINK.findall(prose) if not (page.parent / target).exists()]
    assert not broken, f"{page.name} links to what is not there: {', '.join(broken)}"
