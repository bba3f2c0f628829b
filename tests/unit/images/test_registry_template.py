"""The repositories: one an image, with tags that cannot be moved, scanned, and with no end of their own."""

import json
from pathlib import Path
from typing import Any

import pytest
from samcli.lib.cfn_language_extensions import PseudoParameterValues, process_template
from samtranslator.yaml_helper import yaml_parse

from scripts.images.content import sources

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "infrastructure/registry.yaml"


def repositories(names: str) -> dict[str, Any]:
    """Give the resources as CloudFormation makes them, for images of these names."""
    parameters = {
        "Names": names.split(","),
        "Path": "backroom",
        "KeptImages": 200,
        "EncryptionKey": "",
        "PullAccounts": [],
    }
    pseudo = PseudoParameterValues(region="eu-central-1", account_id="123456789012", stack_name="backroom-registry")
    found: dict[str, Any] = process_template(yaml_parse(TEMPLATE.read_text()), parameters, pseudo)["Resources"]
    return found


def test_every_image_has_a_repository_by_default() -> None:
    names = yaml_parse(TEMPLATE.read_text())["Parameters"]["Names"]["Default"]
    assert names.split(",") == [image.name for image in sources(ROOT)]


@pytest.mark.parametrize("names", ["stock_import", "sitemap,trends"])
def test_a_repository_keeps_what_runs(names: str) -> None:
    made = repositories(names)
    found = {one["Properties"]["RepositoryName"] for one in made.values()}
    assert found == {f"backroom/{name}" for name in names.split(",")}
    for one in made.values():
        assert one["DeletionPolicy"] == "RetainExceptOnCreate"
        assert one["UpdateReplacePolicy"] == "Retain"
        properties = one["Properties"]
        assert properties["ImageTagMutability"] == "IMMUTABLE"
        assert properties["ImageScanningConfiguration"] == {"ScanOnPush": True}
        rules = json.loads(properties["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
        assert [rule["selection"]["tagStatus"] for rule in rules] == ["untagged", "any"]
        assert rules[1]["selection"] == {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 200}
