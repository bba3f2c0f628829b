"""The walk of docs/guide.md, word by word: its files written, its commands run, its answers compared."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import pytest

from tests.e2e.command_line import ROOT, CommandLine, clean_environment

pytestmark = pytest.mark.long

PAGE = ROOT / "docs" / "guide.md"
PARTS = ("layers", "functions", "statemachine", "containers", "events", "tests")
FILES = ("template.yaml", "samconfig.toml", "pyproject.toml")
LEFT = ("__pycache__", ".pytest_cache", ".hypothesis", "Dockerfile")
"""Not copied: what was built, and what makes an image of the other jobs, whose environments the twin would make."""
_STEP = re.compile(r"^(?:`(?P<file>[^`\n]+)`:\n\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
_COUNT = re.compile(r"In all (\d+) files touched and (\d+) lines written, (\d+) of them a lock")


@dataclass(frozen=True)
class Checkout:
    """A checkout of one's own, to follow the walk in."""

    folder: Path

    def sh(self, commands: str) -> str:
        """Run commands as a person types them; gives all that they say."""
        done = subprocess.run(
            ["bash", "-e", "-c", commands],
            cwd=self.folder,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def texts(self) -> dict[str, str]:
        """Give the texts of its files by their paths."""
        paths = [self.folder / name for name in FILES]
        for part in PARTS:
            paths += [
                path for path in (self.folder / part).rglob("*") if path.is_file() and "__pycache__" not in path.parts
            ]
        read = ((path, path.read_bytes().decode(errors="replace")) for path in paths)
        return {str(path.relative_to(self.folder)): text for path, text in read}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    folder = tmp_path_factory.mktemp("guide") / "checkout"
    for name in PARTS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*LEFT))
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    yield Checkout(folder)
    CommandLine(clean_environment(), folder)("local", "down")


def steps(section: int) -> Iterator[re.Match[str]]:
    """Give the files, commands and answers of a section in their order."""
    text = PAGE.read_text().partition(f"\n## {section}. ")[2]
    return _STEP.finditer(text.partition("\n## ")[0])


def follow(checkout: Checkout, section: int) -> None:
    """Write the files of a section, run its commands, and see that they say what it says."""
    said = ""
    for step in steps(section):
        if step["kind"] == "sh":
            said = checkout.sh(step["text"])
        elif step["kind"] == "text":
            missing = [line for line in step["text"].splitlines() if line.rstrip() not in said]
            assert not missing, said
        else:
            (checkout.folder / step["file"]).write_text(step["text"])


def added(before: str, after: str) -> int:
    lines = unified_diff(before.splitlines(), after.splitlines(), n=0)
    return sum(1 for line in lines if re.match(r"\+(?!\+\+ )", line))


def test_the_walk_leads_to_a_run_on_the_twin(checkout: Checkout) -> None:
    before = checkout.texts()
    follow(checkout, 5)
    after = {name: text for name, text in checkout.texts().items() if text != before.get(name)}
    lines = {name: added(before.get(name, ""), text) for name, text in after.items()}
    lock = lines["containers/abandoned_carts/requirements.txt"]
    told = _COUNT.search(PAGE.read_text())
    assert told, (
        f"say: In all {len(lines)} files touched and {sum(lines.values())} lines written, {lock} of them a lock"
    )
    assert tuple(map(int, told.groups())) == (len(lines), sum(lines.values()), lock)
    style = "ruff check {0} && ruff format --diff {0}".format(" ".join(name for name in after if name.endswith(".py")))
    checkout.sh(f"PATH=$PWD/.venv/bin:$PATH; {style}")


def test_a_chain_comes_with_a_test_that_passes(checkout: Checkout) -> None:
    checkout.sh(".venv/bin/backroom new job price_list --chain fetch,check,publish")
    assert "1 passed" in checkout.sh(".venv/bin/python -m pytest -q tests/e2e/test_price_list.py")


def test_a_job_of_several_nodes_comes_with_a_test_that_passes_on_three(checkout: Checkout) -> None:
    follow(checkout, 6)
