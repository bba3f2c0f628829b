"""Variables that are read where no assignment has happened on some way, and functions that Step Functions lacks."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonata

from scripts.checks.expressions import Expression, expressions
from scripts.checks.finding import Finding, Rule
from scripts.checks.machine import Edge, Scope, State, edges, scopes

# https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html: what it adds to JSONata, and takes away.
_ADDED = {"partition", "range", "hash", "random", "uuid", "parse"}
FUNCTIONS = frozenset(jsonata.Jsonata.static_frame.bindings) - {"eval"} | _ADDED
_WHERE = {"result": ("Assign", "Output"), "errorOutput": ("Catch",)}

Known = frozenset[str]


def check(definition: Mapping[str, Any]) -> Iterator[Finding]:
    """Find every variable that may be read before it is assigned, and every function that is not there.

    A variable is known in a state only when every way to the state assigns it. A scope within a Map or a Parallel knows
    what its state knew, may not assign the same names, and keeps its own to itself (Step Functions' rules).
    """
    known: dict[str, Known] = {}
    for scope in scopes(definition):
        outer = known.get(scope.outer.place, frozenset()) if scope.outer else frozenset()
        known |= {scope.states[name].place: names for name, names in _known_at(scope, outer).items()}
        for state in scope.states.values():
            yield from _reads(state, known.get(state.place, frozenset()))
            yield from _shadows(state, outer)


def _known_at(scope: Scope, outer: Known) -> dict[str, Known]:
    """Give what is known on arrival at every state that is reached: of all ways to it, what each of them assigns."""
    waiting = [scope.start_at] if scope.start_at in scope.states else []
    found: dict[str, Known] = dict.fromkeys(waiting, outer)
    while waiting:
        name = waiting.pop()
        for edge in edges(scope.states[name]):
            arriving = found[name] | edge.assigned
            before = found.get(edge.target)
            now = arriving if before is None else before & arriving
            if now != before and edge.target in scope.states:
                found[edge.target] = now
                waiting.append(edge.target)
    return found


def _reads(state: State, known: Known) -> Iterator[Finding]:
    for expression in expressions(state.body):
        place = ".".join((state.place, *expression.fields))
        if expression.error:
            yield Finding(Rule.BAD_EXPRESSION, place, f"{expression.error}: {expression.text}")
        for name in sorted(expression.variables - known - FUNCTIONS - {"states"}):
            yield Finding(Rule.DANGLING_VARIABLE, place, f"${name} is not assigned on every way to this state")
        for name in sorted(expression.functions - FUNCTIONS):
            yield Finding(Rule.UNKNOWN_FUNCTION, place, f"${name}() is no function of Step Functions' JSONata")
        yield from _reserved(expression, place)


def _reserved(expression: Expression, place: str) -> Iterator[Finding]:
    for first in sorted({path[0] for path in expression.paths if path}):
        allowed = _WHERE.get(first)
        if first not in ("input", "context", *_WHERE) or (allowed and not set(allowed) & set(expression.fields)):
            yield Finding(Rule.DANGLING_VARIABLE, place, f"$states.{first} is not there in this field")


def _shadows(state: State, outer: Known) -> Iterator[Finding]:
    assigned: list[Edge] = list(edges(state))
    names = set(state.body.get("Assign", {})).union(*(edge.assigned for edge in assigned))
    for name in sorted(names & outer):
        yield Finding(
            Rule.SHADOWED_VARIABLE, state.place, f"assigns ${name}, which is a variable of the state around it"
        )
