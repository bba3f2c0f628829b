"""What `sam deploy` would send with each section of samconfig.toml: parameters that fit, a template that is one."""

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from backroom_local.template.expand import Deployment, Expanded, expand
from cfnlint.api import lint  # type: ignore[import-untyped]
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]
from samcli.cli.types import CfnParameterOverridesType
from samcli.yamlhelper import yaml_parse

from scripts.gates.safety import unsafe
from scripts.rendering import ACCOUNT, REGION, rendered
from tests.template.conftest import ROOT

CONFIGURED = tomllib.loads((ROOT / "samconfig.toml").read_text())
SECTIONS = sorted(name for name, section in CONFIGURED.items() if isinstance(section, dict) and "deploy" in section)
TEMPLATE: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
DECLARED: dict[str, dict[str, Any]] = TEMPLATE["Parameters"]
IMAGES = {
    name: f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/backroom/{name.lower()}@sha256:{'5' * 64}"
    for name in DECLARED
    if name.endswith("Image")
}


def given(section: str, folder: Path) -> dict[str, str]:
    """Give the parameters that sam reads for a section, when `make images` has written those of the images."""
    written = folder / f".aws-sam/images-{section}.yaml"
    written.parent.mkdir()
    written.write_text(yaml.safe_dump(IMAGES))
    overrides = CONFIGURED[section]["deploy"]["parameters"]["parameter_overrides"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        found: dict[str, str] = CfnParameterOverridesType().convert(overrides, None, None)
    return found


@pytest.fixture(scope="module", params=SECTIONS)
def section(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def parameters(section: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return given(section, tmp_path_factory.mktemp(section))


def sent(parameters: dict[str, str]) -> Expanded:
    """Give the template as CloudFormation would have it after its transforms."""
    return _sent(json.dumps(parameters, sort_keys=True))


@cache
def _sent(parameters: str) -> Expanded:
    return expand(Deployment(ROOT / "template.yaml", "none", ACCOUNT, REGION, json.loads(parameters)))


def faults(name: str, value: str) -> list[str]:
    """Give what a parameter's declaration has against a value, as CloudFormation would say before it does anything."""
    about, found = DECLARED[name], []
    if "AllowedPattern" in about and not re.fullmatch(str(about["AllowedPattern"]), value):
        found.append(f"{name}={value!r} does not match {about['AllowedPattern']}")
    if "AllowedValues" in about and value not in {str(allowed) for allowed in about["AllowedValues"]}:
        found.append(f"{name}={value!r} is none of {about['AllowedValues']}")
    if about["Type"] == "Number" and not about.get("MinValue", 0) <= float(value) <= about.get(
        "MaxValue", float("inf")
    ):
        found.append(f"{name}={value!r} is out of bounds")
    return found


def test_every_parameter_has_a_value_that_is_allowed(parameters: dict[str, str]) -> None:
    assert set(parameters) <= set(DECLARED)
    values = {name: str(about["Default"]) for name, about in DECLARED.items() if "Default" in about} | parameters
    assert set(values) == set(DECLARED), "what has no default is given"
    assert [fault for name, value in values.items() for fault in faults(name, value)] == []


def test_a_value_that_is_not_allowed_would_be_seen() -> None:
    for name, value in {
        "SitemapImage": "sitemap:latest",
        "Egress": "all",
        "MaxVcpus": "0",
        "VpcCidr": "10.0.0.0/8",
    }.items():
        assert faults(name, value), name


def test_what_would_be_made_is_safe(parameters: dict[str, str]) -> None:
    assert list(unsafe(rendered(sent(parameters | {"EncryptionKey": "stack"})).resources)) == []


@pytest.mark.parametrize("section", ["dev", pytest.param("local", marks=pytest.mark.slow)])
def test_cfn_lint_takes_what_the_transforms_make(section: str, tmp_path: Path) -> None:
    """With a network of its own, and with one that is given; of what is not made sam's resolver drops references."""
    expanded = sent(given(section, tmp_path) | {"EncryptionKey": "stack"})
    there = rendered(expanded).resources
    body = expanded.body | {"Resources": {name: expanded.body["Resources"][name] for name in there}}
    found = lint(json.dumps(body, default=str), config=ManualArgs(regions=[REGION]))
    assert [f"{match.rule.id} {match.path}: {match.message}" for match in found if match.rule.id.startswith("E")] == []


def test_whoever_deploys_agrees_to_what_the_template_needs(section: str) -> None:
    deploy = CONFIGURED[section]["deploy"]["parameters"]
    if section != "local":
        assert {"CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"} <= set(deploy["capabilities"].split())
        assert deploy["resolve_s3"] is True
        assert deploy["confirm_changeset"] is (section != "dev"), "nothing but dev changes unseen"
    assert CONFIGURED[section]["global"]["parameters"]["language_extensions"] is True
