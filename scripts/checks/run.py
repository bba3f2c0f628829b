"""All checks of a machine, together."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from scripts.checks import compute, flow, handling, loops, parameters, portable, template, variables
from scripts.checks.finding import Finding
from scripts.checks.machine import Scope, scopes
from scripts.checks.template import Machine


def check_template(path: Path) -> Iterator[Finding]:
    """Yield what is wrong with a SAM template's table of jobs and its state machines.

    OSError and ValueError for unreadable files.
    """
    yield from check_table(yaml_parse(path.read_text()))
    for machine in template.machines(path):
        yield from check_machine(machine)


def check_table(body: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with the table of jobs of a template that was read."""
    yield from loops.check(body)
    yield from compute.check(body)


def check_machine(machine: Machine) -> Iterator[Finding]:
    """Yield what is wrong with a state machine and with the role that its template gives it."""
    definition = machine.definition
    yield from template.substitutions(machine)
    yield from portable.check(definition)
    for scope in scopes(definition):
        yield from _scope(scope)
    yield from variables.check(definition)
    yield from template.permissions(machine)


def _scope(scope: Scope) -> Iterator[Finding]:
    yield from flow.check(scope)
    for state in scope.states.values():
        yield from handling.check(state)
        if state.type == "Task":
            yield from parameters.check(scope, state)
