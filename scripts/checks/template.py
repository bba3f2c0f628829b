"""The machine in its template: what is put into it, and what its role may do."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from scripts.checks.arguments import arguments
from scripts.checks.finding import Finding, Rule
from scripts.checks.machine import Scope, State, scopes
from scripts.checks.resources import Call, UnknownResourceError, call_of

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_BATCH_RULE = "rule/StepFunctionsGetEventsForBatchJobsRule"
# https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html: what waiting for the end takes.
_WAITING = {
    ("batch", "submitJob"): (
        ("batch:DescribeJobs", ""),
        ("batch:TerminateJob", ""),
        ("events:PutTargets", _BATCH_RULE),
        ("events:PutRule", _BATCH_RULE),
        ("events:DescribeRule", _BATCH_RULE),
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
    ("glue", "startJobRun"): (("glue:GetJobRun", ""), ("glue:GetJobRuns", ""), ("glue:BatchStopJobRun", "")),
}
_ACTIONS = {"lambda:Invoke": "lambda:InvokeFunction"}


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine of a template: its name there, its text, what is put into it, and the statements of its role."""

    name: str
    text: str
    substitutions: frozenset[str]
    statements: tuple[Mapping[str, Any], ...]

    @property
    def definition(self) -> dict[str, Any]:
        """Give the machine with its variables put in by name; raises ValueError when it is no JSON."""
        definition: dict[str, Any] = json.loads(_VARIABLE.sub(r"\1", self.text))
        return definition


def machines(template: Path) -> Iterator[Machine]:
    """Yield the state machines of a SAM template."""
    resources = yaml_parse(template.read_text())["Resources"]
    for name, resource in resources.items():
        if isinstance(resource, dict) and resource.get("Type") == "AWS::Serverless::StateMachine":
            properties = resource["Properties"]
            text = (template.parent / properties["DefinitionUri"]).read_text()
            role = properties["Role"]["Fn::GetAtt"]
            role = resources[role.split(".")[0] if isinstance(role, str) else role[0]]
            yield Machine(name, text, frozenset(properties.get("DefinitionSubstitutions", {})), _statements(role))


def _statements(role: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    documents = (policy["PolicyDocument"] for policy in role["Properties"]["Policies"])
    return tuple(statement for document in documents for statement in document["Statement"])


def substitutions(machine: Machine) -> Iterator[Finding]:
    """Find variables of the text that the template does not fill, and those that it fills in vain."""
    used = set(_VARIABLE.findall(machine.text))
    for name in sorted(used - machine.substitutions):
        yield Finding(Rule.SUBSTITUTION, machine.name, f"DefinitionSubstitutions lacks {name}")
    for name in sorted(machine.substitutions - used):
        yield Finding(
            Rule.SUBSTITUTION, machine.name, f"DefinitionSubstitutions fills {name}, which is not in the text"
        )


def permissions(machine: Machine) -> Iterator[Finding]:
    """Find what the machine calls but its role may not."""
    for scope in scopes(machine.definition):
        for state in scope.states.values():
            for action, resource in _needed(scope, state):
                if not any(_allows(statement, action, resource) for statement in machine.statements):
                    of = f" on {resource}" if resource else ""
                    yield Finding(
                        Rule.MISSING_PERMISSION, state.place, f"the role of {machine.name} lacks {action}{of}"
                    )


def _needed(scope: Scope, state: State) -> Iterator[tuple[str, str]]:
    try:
        call: Call = call_of(str(state.body.get("Resource")))
    except UnknownResourceError:
        return
    action = f"{call.service}:{call.operation.name}"
    yield _ACTIONS.get(action, action), ""
    if any(isinstance(given, dict) and "Tags" in given for given in arguments(scope, state)):
        yield f"{call.service}:TagResource", ""
    if call.pattern.startswith(".sync"):
        name = call.operation.name
        yield from _WAITING.get((call.service, name[0].lower() + name[1:]), ())


def _allows(statement: Mapping[str, Any], action: str, resource: str) -> bool:
    actions, resources = _list(statement.get("Action")), _list(statement.get("Resource"))
    allowed = statement["Effect"] == "Allow" and any(fnmatchcase(action, pattern) for pattern in actions)
    return allowed and any(str(name).endswith((resource, "*")) for name in resources)


def _list(value: Any) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    return [next(iter(entry.values())) if isinstance(entry, dict) else entry for entry in values]
