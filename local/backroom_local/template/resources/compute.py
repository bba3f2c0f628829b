"""Makers of functions, layers and state machines: all of them run from the project's own files."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

from backroom_local.template.errors import TemplateError
from backroom_local.template.fitting import request
from backroom_local.template.resource import Declared, FunctionSource, Made, Site
from backroom_local.template.resources.attempt import unless

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


def layer(site: Site, declared: Declared) -> Made:
    """Publish a layer, once: its functions find its folder on their path, and with it today's code."""
    name = declared.properties.get("LayerName", site.name(declared.logical_id, 140))
    content = declared.properties["Content"]
    folder = _there(site.folder(content["S3Bucket"], content["S3Key"]), declared)
    client = site.client("lambda")
    found = client.list_layer_versions(LayerName=name)["LayerVersions"]
    version = found[0] if found else client.publish_layer_version(LayerName=name, Content={"ZipFile": EMPTY_ARCHIVE})
    arn = version["LayerVersionArn"]
    site.layers[arn] = folder
    return Made(arn, {"LayerVersionArn": arn})


def function(site: Site, declared: Declared) -> Made:
    """Create a function, or update its configuration, and have it run from its source."""
    properties = {
        "FunctionName": site.name(declared.logical_id),
        "Timeout": 3,
        "MemorySize": 128,
        **declared.properties,
    }
    if "Code" not in properties or "S3Key" not in properties["Code"]:
        raise TemplateError(f"Resources.{declared.logical_id}: the twin runs functions from a folder (CodeUri) only")
    client, name = site.client("lambda"), properties["FunctionName"]
    wanted = {key: value for key, value in properties.items() if key not in ("Code", "Tags")}
    created = request("lambda", "CreateFunction", {**wanted, "Code": {"ZipFile": EMPTY_ARCHIVE}})
    if unless(("ResourceConflictException",), client.create_function, **created) is None:
        client.update_function_configuration(**request("lambda", "UpdateFunctionConfiguration", wanted))
    site.functions.register(_source(site, declared, properties))
    return Made(name, {"Arn": site.arn("lambda", f"function:{name}")})


def _source(site: Site, declared: Declared, properties: dict[str, Any]) -> FunctionSource:
    """Say how a function is run."""
    code, name = properties["Code"], properties["FunctionName"]
    return FunctionSource(
        name=name,
        source=_there(site.folder(code["S3Bucket"], code["S3Key"]), declared),
        handler=properties["Handler"],
        environment={key: str(value) for key, value in properties.get("Environment", {}).get("Variables", {}).items()},
        layers=tuple(site.layers[arn] for arn in properties.get("Layers", []) if arn in site.layers),
        timeout=int(properties["Timeout"]),
        memory=int(properties["MemorySize"]),
        role_arn=properties["Role"],
        log_group=properties.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}"),
    )


def permission(site: Site, declared: Declared) -> Made:
    """Let a service or an account invoke a function, in place of what the same resource allowed before."""
    client, properties = site.client("lambda"), declared.properties
    name, statement = properties["FunctionName"], site.name(declared.logical_id, 100)
    unless(("ResourceNotFoundException",), client.remove_permission, FunctionName=name, StatementId=statement)
    client.add_permission(**request("lambda", "AddPermission", {**properties, "StatementId": statement}))
    return Made(statement, {"Id": statement})


def event_source(site: Site, declared: Declared) -> Made:
    """Create the mapping of a queue to a function, or update it."""
    client, wanted = site.client("lambda"), declared.properties
    found = client.list_event_source_mappings(
        EventSourceArn=wanted["EventSourceArn"], FunctionName=wanted["FunctionName"]
    )["EventSourceMappings"]
    if found:
        changed = request("lambda", "UpdateEventSourceMapping", {**wanted, "UUID": found[0]["UUID"]})
        made = client.update_event_source_mapping(**changed)
    else:
        made = client.create_event_source_mapping(**request("lambda", "CreateEventSourceMapping", wanted))
    return Made(made["UUID"], {"Id": made["UUID"]})


def state_machine(site: Site, declared: Declared) -> Made:
    """Create a machine from its file, substituted, or update it."""
    properties, client = declared.properties, site.client("stepfunctions")
    name = properties.get("StateMachineName", site.name(declared.logical_id, 80))
    arn, definition = site.arn("states", f"stateMachine:{name}"), _definition(site, declared)
    kind = properties.get("StateMachineType", "STANDARD")
    if unless(("StateMachineDoesNotExist",), client.describe_state_machine, stateMachineArn=arn) is None:
        client.create_state_machine(name=name, definition=definition, roleArn=properties["RoleArn"], type=kind)
    else:
        client.update_state_machine(stateMachineArn=arn, definition=definition, roleArn=properties["RoleArn"])
    return Made(arn, {"Arn": arn, "Name": name})


def _definition(site: Site, declared: Declared) -> str:
    """Read a machine's definition and put the substitutions in; raises TemplateError for one that is not given."""
    properties = declared.properties
    location, values = properties.get("DefinitionS3Location"), properties.get("DefinitionSubstitutions", {})
    if location:
        text = _there(site.folder(location["Bucket"], location["Key"]), declared).read_text(encoding="utf-8")
    else:
        text = properties["DefinitionString"]
    missing = sorted(set(_PLACEHOLDER.findall(text)) - values.keys())
    if missing:
        raise TemplateError(f"Resources.{declared.logical_id}: DefinitionSubstitutions has no {missing[0]}")
    return _PLACEHOLDER.sub(lambda match: str(values[match.group(1)]), text)


def _there(path: Path, declared: Declared) -> Path:
    """Give a path if something is there; raises TemplateError."""
    if not path.exists():
        raise TemplateError(f"Resources.{declared.logical_id}: {path} does not exist")
    return path


def _empty_archive() -> bytes:
    """Make the archive that stands for a function's code in moto's control plane, which runs nothing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("run-from-source"), "")
    return buffer.getvalue()


EMPTY_ARCHIVE = _empty_archive()
