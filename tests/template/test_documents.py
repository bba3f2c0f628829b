"""What the pages for operators promise: tests that exist, every parameter, every resource and what it costs."""

import ast
import re
import tomllib
from fnmatch import fnmatchcase
from functools import cache

import pytest
from samcli.yamlhelper import yaml_parse

from scripts.rendering import render
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


DEPLOY = (ROOT / "docs/deploy.md").read_text()
VARIANTS: tuple[dict[str, str], ...] = (
    {"EncryptionKey": "stack", "SecurityGroup": "", "Egress": "nat", "AlarmMail": "a@example.com", "FairShare": "true"},
    {"SecurityGroup": "", "DatabaseSecret": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:dsn"},
)
ZONES = {"AWS::EC2::VPCEndpoint": 2}
GATEWAYS = {"S3Endpoint", "DynamoDbEndpoint"}


def section(heading: str) -> str:
    """Give a section of the page on deploying."""
    return DEPLOY.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def cells(table: str) -> list[list[str]]:
    """Give the cells of a table's rows, without its head."""
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| ")][
        1:
    ]


def made() -> dict[str, set[str]]:
    """Give the resources that the template may make, by type."""
    found: dict[str, set[str]] = {}
    for variant in VARIANTS:
        for name, resource in render(**variant).resources.items():
            found.setdefault(resource["Type"], set()).add(name)
    return found


def test_every_parameter_is_on_the_page() -> None:
    named = {name for row in cells(section("Parameters")) for name in re.findall(r"`(\w+)`", row[0])}
    declared = set(yaml_parse((ROOT / "template.yaml").read_text())["Parameters"])
    assert named <= declared
    # Who adds a job need not edit the page: all images are given alike.
    assert {name for name in declared - named if not name.endswith("Image")} == set()


def test_every_resource_is_in_the_list_of_what_costs_something_at_rest() -> None:
    resources = made()
    rows = {row[0]: row for row in cells(section("What it costs while nothing runs"))}
    assert set(rows) == set(resources)
    for kind, names in resources.items():
        patterns = re.findall(r"`([\w*]+)`", rows[kind][1])
        unnamed = {name for name in names - GATEWAYS if not any(fnmatchcase(name, pattern) for pattern in patterns)}
        assert not unnamed, f"{kind}: {unnamed}"
        assert all(any(fnmatchcase(name, pattern) for name in names) for pattern in patterns), f"{kind}: {patterns}"


def test_figures_are_of_as_many_as_there_are() -> None:
    resources, figured = made(), 0
    for kind, _, figure, _ in cells(section("What it costs while nothing runs")):
        if product := re.fullmatch(r"(\d+) x ([\d.]+) = ([\d.]+)", figure):
            count, each, sum_ = int(product[1]), float(product[2]), float(product[3])
            assert count == len(resources[kind] - GATEWAYS) * ZONES.get(kind, 1), kind
            assert abs(count * each - sum_) < 0.005, kind
            figured += 1
    assert figured >= 6


def test_every_environment_that_the_page_deploys_is_configured() -> None:
    named = set(re.findall(r"make deploy ENV=(\w+)", DEPLOY))
    configured = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert named == {"dev", "prod"} <= set(configured)
