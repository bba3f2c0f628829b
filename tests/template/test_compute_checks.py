"""The check of where rows run finds what Batch would refuse, or the planner."""

from typing import Any

import pytest
from samcli.yamlhelper import yaml_parse

from scripts.checks import compute
from scripts.checks.finding import Rule
from tests.template.conftest import ROOT


@pytest.fixture
def template() -> Any:
    return yaml_parse((ROOT / "template.yaml").read_text())


def test_the_table_is_right(template: Any) -> None:
    assert list(compute.check(template)) == []


@pytest.mark.parametrize(
    ("key", "field", "value", "said"),
    [
        ("ImageResize", "Compute", "lambda", "must be one of ec2, fargate, untrusted, is 'lambda'"),
        ("ImageResize", "MemoryMib", "1024", "Fargate has no 1 vCPUs with 1024 MiB"),
        ("ImageResize", "Vcpus", "3", "Fargate has no 3 vCPUs with 2048 MiB"),
        ("ProductImportImages", "Compute", "ec2", "is ec2, but untrusted in another row of product_import"),
    ],
)
def test_a_row_that_cannot_run_is_found(template: Any, key: str, field: str, value: str, said: str) -> None:
    template["Mappings"]["Jobs"][key][field] = value
    (finding,) = compute.check(template)
    assert finding.rule is Rule.WRONG_COMPUTE
    assert finding.place == f"Mappings.Jobs.{key}.Compute"
    assert said in finding.message
