"""The template, expanded as CloudFormation would."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from backroom_local.template.expand import Deployment, expand

ROOT = Path(__file__).resolve().parents[2]
Resources = Mapping[str, Any]


def expanded(template: Path, **overrides: str) -> dict[str, Any]:
    """Give a template without transforms, with the parameters of samconfig.toml's environment `local`."""
    return expand(Deployment(template, "local", "123456789012", "eu-central-1", overrides)).body


@pytest.fixture(scope="session")
def body() -> dict[str, Any]:
    return expanded(ROOT / "template.yaml")


@pytest.fixture(scope="session")
def resources(body: dict[str, Any]) -> Resources:
    found: Resources = body["Resources"]
    return found


def of_type(resources: Resources, kind: str) -> dict[str, Any]:
    """Give the properties of every resource of a type, by logical id."""
    return {name: resource["Properties"] for name, resource in resources.items() if resource["Type"] == kind}


def rows_definitions(resources: Resources) -> list[dict[str, Any]]:
    """Give the properties of the job definitions that rows of the table of jobs make."""
    found = of_type(resources, "AWS::Batch::JobDefinition")
    return [properties for name, properties in found.items() if name.startswith("JobDefinition")]


def text(value: Any) -> str:
    """Give what a value says, with Fn::Sub, Ref and Fn::GetAtt as `${...}`."""
    match value:
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Sub": [str(inner), dict(variables)]}:
            for name, replacement in variables.items():
                inner = inner.replace(f"${{{name}}}", text(replacement))
            return inner
        case {"Fn::Sub": str(inner)}:
            return inner
    return str(value)
