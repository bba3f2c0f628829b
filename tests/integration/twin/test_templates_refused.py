"""Templates that cannot be applied, each refused by name, and what is kept of those that can."""

import re
from pathlib import Path
from typing import Any

import pytest
from backroom_local.settings import ACCOUNT, TwinSettings
from backroom_local.template import errors
from backroom_local.template.expand import Deployment, expand
from backroom_local.twin import Twin

from tests.integration.twin.applying import apply

ROOT = Path(__file__).parents[3]
REGION = "eu-central-1"


def resources(text: str) -> str:
    """Make a template of one line of resources."""
    return f"Resources:\n  A: {text}\n"


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        ("nothing: 1", errors.TemplateError, "it has no Resources"),
        (
            resources("{Type: AWS::Quantum::Ledger}"),
            errors.UnknownTypeError,
            "A: the twin makes no AWS::Quantum::Ledger",
        ),
        (
            resources("{Type: AWS::SNS::Topic, Properties: {TopicName: !Ref B}}"),
            errors.DanglingReferenceError,
            "A: B is neither",
        ),
        (resources("{Type: AWS::SNS::Topic, DependsOn: B}"), errors.DanglingReferenceError, "DependsOn names B"),
        (
            resources("{Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt B.X}}\n  B: {Type: AWS::SNS::Topic}"),
            errors.DanglingReferenceError,
            "B has no attribute X",
        ),
        (
            resources("{Type: AWS::SNS::Topic, DependsOn: B}\n  B: {Type: AWS::SNS::Topic, DependsOn: A}"),
            errors.TemplateError,
            "depend on each other",
        ),
        (
            resources("{Type: AWS::SSM::Parameter, Properties: {Type: String}}"),
            errors.ResourceFailedError,
            "A (AWS::SSM::Parameter): ",
        ),
        (
            "Parameters: {P: {Type: String}}\n" + resources("{Type: AWS::SNS::Topic}"),
            errors.TemplateError,
            "parameter P has neither",
        ),
        (
            resources("{Type: AWS::SNS::Topic, Properties: {TopicName: !FindInMap [M, a, b]}}"),
            errors.TemplateError,
            "M",
        ),
        (resources("{Type: AWS::Serverless::Function, Properties: {Handler: a.b}}"), errors.TemplateError, "A"),
        (
            resources(
                "{Type: AWS::Serverless::Function, Properties: {Handler: a.b, CodeUri: nowhere, Runtime: python3.12}}"
            ),
            errors.TemplateError,
            "nowhere does not exist",
        ),
    ],
)
def test_what_cannot_be_applied_is_refused_by_name(
    applied: Twin, tmp_path: Path, text: str, kind: type[Exception], why: str
) -> None:
    with pytest.raises(kind, match=re.escape(why)):
        apply(applied, tmp_path, text)


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.TemplateError, match=r"nowhere.yaml: No such file"):
        expand(Deployment(tmp_path / "nowhere.yaml", "local", ACCOUNT, REGION, {}))


def test_an_unknown_parameter_is_named(applied: Twin, tmp_path: Path) -> None:
    text = "Parameters: {Switch: {Type: String}, Days: {Type: String}}\n" + resources("{Type: AWS::SNS::Topic}")
    with pytest.raises(errors.TemplateError, match="has no parameter Nope; it has Days, Switch"):
        apply(applied, tmp_path, text, Nope="1")


def test_an_expanded_template_is_kept_until_something_in_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import samtranslator.translator.translator as translator

    deployment = Deployment(ROOT / "template.yaml", "local", ACCOUNT, REGION, {})
    first = expand(deployment, tmp_path)

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("translated again")

    monkeypatch.setattr(translator.Translator, "translate", fail)
    assert expand(deployment, tmp_path) == first
    with pytest.raises(AssertionError, match="translated again"):
        expand(Deployment(ROOT / "template.yaml", "local", ACCOUNT, REGION, {"LogDays": "7"}), tmp_path)


def test_settings_name_the_projects_folder() -> None:
    assert TwinSettings(ROOT / "template.yaml", Path("x")).project == ROOT
