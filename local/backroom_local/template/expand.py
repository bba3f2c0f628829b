"""template.yaml and samconfig.toml in, plain CloudFormation out: language extensions expanded, SAM translated.

Expanding imports much (samtranslator 0.4 s of CPU), so its result is kept on disk by the hash of all that went in.
"""

import hashlib
import json
import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from backroom_local.template.errors import TemplateError

LOCAL_BUCKET = "backroom-local-source"
"""Stands in the expanded template for the project's folder: SAM takes source code from a bucket only."""

_FORM = "3"
_HIDDEN = {
    "Fn::Base64": "Backroom::Base64",
    "Fn::Select": "Backroom::Select",
    "Fn::Split": "Backroom::Split",
    "Fn::Sub": "Backroom::Sub",
    "Ref": "Backroom::Ref",
}
_SHOWN = {hidden: name for name, hidden in _HIDDEN.items()}
_SOURCES = ("CodeUri", "ContentUri", "DefinitionUri")


@dataclass(frozen=True, slots=True)
class Expanded:
    """A template without transforms, and the values of its parameters."""

    stack: str
    body: dict[str, Any]
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a template is expanded for."""

    template: Path
    environment: str
    account: str
    region: str
    overrides: dict[str, str]


def expand(deployment: Deployment, cache: Path | None = None) -> Expanded:
    """Read a template and expand it, or take it from the cache; raises TemplateError when it cannot be."""
    try:
        text = deployment.template.read_text(encoding="utf-8")
    except OSError as error:
        raise TemplateError(
            f"{deployment.template}: {error.strerror or error}; give another with --template"
        ) from error
    stack, overrides = _configured(deployment)
    key = json.dumps([_FORM, text, stack, overrides, deployment.account, deployment.region], sort_keys=True)
    kept = cache / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.json" if cache else None
    if kept is not None and kept.is_file():
        return Expanded(**json.loads(kept.read_text(encoding="utf-8")))
    expanded = _expand(text, stack, overrides, deployment)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({"stack": stack, "body": expanded.body, "parameters": expanded.parameters}))
    return expanded


def _configured(deployment: Deployment) -> tuple[str, dict[str, str]]:
    """Read stack name and parameter overrides of the environment from samconfig.toml; those given override them."""
    path = deployment.template.with_name("samconfig.toml")
    section = tomllib.loads(path.read_text(encoding="utf-8")).get(deployment.environment, {}) if path.is_file() else {}
    stack = section.get("global", {}).get("parameters", {}).get("stack_name", "backroom")
    given = section.get("deploy", {}).get("parameters", {}).get("parameter_overrides", "")
    found: dict[str, str] = {}
    for text in given if isinstance(given, list) else [given]:
        found |= _overrides(text, path.parent)
    return stack, found | deployment.overrides


def _overrides(text: str, folder: Path) -> dict[str, str]:
    """Read parameters as sam does: `NAME=VALUE ...`, or `file://` and a YAML file, which may not be there yet."""
    if text.startswith("file://"):
        file = folder / text.removeprefix("file://")
        read = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else None
        return {name: str(value) for name, value in (read or {}).items()}
    return {name: value for name, _, value in (word.partition("=") for word in shlex.split(text))}


def _expand(text: str, stack: str, overrides: dict[str, str], deployment: Deployment) -> Expanded:
    """Expand a template's text."""
    from samcli.lib.cfn_language_extensions import PseudoParameterValues, process_template
    from samcli.lib.cfn_language_extensions.exceptions import InvalidTemplateException
    from samtranslator.yaml_helper import yaml_parse

    raw = yaml_parse(text)
    if not isinstance(raw, dict) or not isinstance(raw.get("Resources"), dict):
        raise TemplateError(f"{deployment.template}: no template: it has no Resources")
    parameters = _values(raw.get("Parameters", {}), overrides, deployment.template)
    pseudo = PseudoParameterValues(region=deployment.region, account_id=deployment.account, stack_name=stack)
    try:
        looped = process_template(_hidden(raw), parameters, pseudo)
    except InvalidTemplateException as error:
        raise TemplateError(f"{deployment.template}: {error}") from error
    return Expanded(stack, _translate(_shown(looped), parameters, deployment), parameters)


def _hidden(node: Any) -> Any:
    """Copy a template with the functions under another name that samcli's resolver cannot do.

    It drops a `Fn::Sub` that names a resource, and its `${!...}`, and refuses a `Ref` to a computed name and what it
    makes a text of if that is not known yet. Under another name it leaves them alone, while the variables of loops are
    still replaced in their text.
    """
    if isinstance(node, dict):
        return {
            _HIDDEN.get(key, key) if key == "Fn::Sub" or not isinstance(value, str) else key: _hidden(value)
            for key, value in node.items()
        }
    return [_hidden(member) for member in node] if isinstance(node, list) else node


def _shown(node: Any) -> Any:
    """Copy a template with the hidden functions under their own names again."""
    if isinstance(node, dict):
        return {_SHOWN.get(key, key): _shown(value) for key, value in node.items()}
    return [_shown(member) for member in node] if isinstance(node, list) else node


def _values(declared: dict[str, Any], overrides: dict[str, str], place: Path) -> dict[str, Any]:
    """Give every declared parameter its value; raises TemplateError for one that has none or is not declared."""
    unknown = sorted(overrides.keys() - declared.keys())
    if unknown:
        raise TemplateError(f"{place}: has no parameter {unknown[0]}; it has {', '.join(sorted(declared)) or 'none'}")
    values = {name: overrides.get(name, about.get("Default")) for name, about in declared.items()}
    missing = sorted(name for name, value in values.items() if value is None)
    if missing:
        raise TemplateError(
            f"{place}: parameter {missing[0]} has neither a default nor a value; give one in samconfig.toml, "
            f"section [local.deploy.parameters], parameter_overrides"
        )
    return {name: str(value) for name, value in values.items()}


def _translate(body: dict[str, Any], parameters: dict[str, Any], deployment: Deployment) -> dict[str, Any]:
    """Translate SAM's resources into CloudFormation's; raises TemplateError with SAM's reasons."""
    from boto3.session import Session
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    for resource in body["Resources"].values():
        if str(resource.get("Type", "")).startswith("AWS::Serverless::"):
            _point_to_source(resource.get("Properties", {}))
    translator = Translator(None, Parser(), boto_session=Session(region_name=deployment.region))
    try:
        translated: dict[str, Any] = translator.translate(body, dict(parameters), get_managed_policy_map=dict)
    except InvalidDocumentException as error:
        reasons = "; ".join(str(cause.message) for cause in error.causes) or str(error)
        raise TemplateError(f"{deployment.template}: {reasons}") from error
    return translated


def _point_to_source(properties: dict[str, Any]) -> None:
    """Let local paths of source code pass SAM's translator as objects of the local bucket."""
    for name in _SOURCES:
        if isinstance(properties.get(name), str):
            properties[name] = f"s3://{LOCAL_BUCKET}/{properties[name].removeprefix('./')}"
