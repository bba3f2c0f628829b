"""Job definitions: register, deregister, describe."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from backroom_local.batch.account import Account
from backroom_local.batch.api import definition_rules
from backroom_local.batch.api.errors import ClientError
from backroom_local.batch.api.paging import paged
from backroom_local.batch.api.registry import Answer, Request, operation
from backroom_local.batch.api.rules import refuse
from backroom_local.batch.catalog import Definition
from backroom_local.batch.names import short

EMPTY_LISTS = ("volumes", "mountPoints", "ulimits", "environment", "secrets", "command", "resourceRequirements")


@operation("RegisterJobDefinition")
def register(account: Account, request: Request) -> Answer:
    """Make the next revision of a name."""
    body = request.parameters
    definition_rules.check(body)
    name = body["jobDefinitionName"]
    revision = len(account.catalog.definitions.get(name, ())) + 1
    arn = account.names.arn("job-definition", f"{name}:{revision}")
    account.catalog.add_definition(Definition(name, revision, arn, _with_defaults(body)))
    account.catalog.tags[arn] = dict(body.get("tags", {}))
    return {"jobDefinitionName": name, "jobDefinitionArn": arn, "revision": revision}


def _with_defaults(body: Mapping[str, Any]) -> dict[str, Any]:
    """What AWS adds to a definition: empty lists, EC2, its orchestrator."""
    filled = {
        "platformCapabilities": ["EC2"],
        "parameters": {},
        **body,
        "containerOrchestrationType": "ECS",
    }
    if "containerProperties" in body:
        filled["containerProperties"] = {**{key: [] for key in EMPTY_LISTS}, **body["containerProperties"]}
    return filled


@operation("DeregisterJobDefinition")
def deregister(account: Account, request: Request) -> Answer:
    """Make a revision INACTIVE; what runs with it runs on."""
    reference = request["jobDefinition"]
    refuse(":" not in short(reference), f"JobDefinition {reference} must be given with its revision")
    definition = account.catalog.definition(reference)
    if definition is None:
        raise ClientError(f"JobDefinition {reference} does not exist")
    account.catalog.deactivate(definition)
    return {}


@operation("DescribeJobDefinitions")
def describe(account: Account, request: Request) -> Answer:
    """All revisions by name and status, or those listed; at most 100 a page."""
    refuse(len(request.get("jobDefinitions", ())) > 100, "Maximum number of job definitions supported is 100")
    return paged(request, "jobDefinitions", _wanted(account, request), partial(_document, account))


def _wanted(account: Account, request: Request) -> list[Definition]:
    listed, name, status = request.get("jobDefinitions"), request.get("jobDefinitionName"), request.get("status")
    revisions = [one for every in account.catalog.definitions.values() for one in reversed(every)]
    if listed:
        keys = {short(one) for one in listed}
        return [one for one in revisions if one.key in keys]
    return [
        one
        for one in revisions
        if (name is None or one.name == short(name)) and (status is None or one.active == (status == "ACTIVE"))
    ]


def _document(account: Account, definition: Definition) -> dict[str, Any]:
    return {
        **definition.body,
        "jobDefinitionName": definition.name,
        "jobDefinitionArn": definition.arn,
        "revision": definition.revision,
        "status": "ACTIVE" if definition.active else "INACTIVE",
        "tags": account.catalog.tags.get(definition.arn, {}),
    }
