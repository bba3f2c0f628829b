"""What the pages for operators promise: tests that exist, every parameter, every resource and what it costs."""

import ast
import re
from functools import cache

import pytest

from tests.template.conftest import ROOT

TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


@cache
def known_in(path: str) -> set[str]:
    """Give the names of the tests of a file."""
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("page", ["docs/threats.md", "docs/deploy.md"])
def test_every_test_that_a_page_names_exists(page: str) -> None:
    named = TEST.findall((ROOT / page).read_text())
    assert named
    missing = [
        f"{path}::{name}" for path, name in named if not (ROOT / path).is_file() or name not in {"", *known_in(path)}
    ]
    assert missing == []


def test_every_threat_has_a_test() -> None:
    rows = [line for line in (ROOT / "docs/threats.md").read_text().splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 12
    assert [row for row in rows if not TEST.search(row)] == []
