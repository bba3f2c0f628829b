"""What some engines for state machines lack: the machine goes without, so that it runs on all of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.checks.expressions import expressions
from scripts.checks.finding import Finding, Rule
from scripts.checks.machine import State, scopes

_FIELDS = ("ItemBatcher", "ItemReader", "ResultWriter", "ToleratedFailurePercentage", "Credentials")
_JSONPATH = ("InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "ItemsPath")
_RESOURCES = ("aws-sdk:s3:getObject", "aws-sdk:s3:putObject")


def check(definition: Mapping[str, Any]) -> Iterator[Finding]:
    """Find what the machine must do without."""
    if definition.get("QueryLanguage") != "JSONata":
        yield Finding(Rule.NOT_PORTABLE, "machine", "QueryLanguage must be JSONata")
    for scope in scopes(definition):
        for state in scope.states.values():
            yield from (Finding(Rule.NOT_PORTABLE, state.place, f"uses {what}") for what in _used(state))


def _used(state: State) -> Iterator[str]:
    yield from (field for field in (*_FIELDS, *_JSONPATH) if field in state.body)
    yield from (name for name in _RESOURCES if str(state.body.get("Resource")).endswith(name))
    if state.body.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode", "INLINE") != "INLINE":
        yield "a distributed Map"
    for expression in expressions(state.body):
        if "hash" in expression.functions:
            yield "$hash"
        if any(path[:3] == ("context", "Execution", "StartTime") for path in expression.paths):
            yield "$states.context.Execution.StartTime"
