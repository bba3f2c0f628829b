"""What the arguments of a Task are, as far as that can be read off its text: JSON, and what JSONata puts together."""

from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import product
from typing import Any, Final

import jsonata

from scripts.checks.expressions import inner, is_kind
from scripts.checks.machine import Scope, State, edges, reached

UNKNOWN: Final = object()
"""Stands for what is known only when the machine runs."""


def arguments(scope: Scope, state: State) -> list[Any]:
    """Give what the arguments of a state may be: an object for each way in which its conditions may come out."""
    return list(variants(state.body.get("Arguments", {}), item(scope, state)))


def item(scope: Scope, state: State) -> Mapping[str, Any]:
    """Give what a Map's ItemSelector makes of an item, if that is the state's input; else nothing."""
    selected: Mapping[str, Any] = scope.outer.body.get("ItemSelector", {}) if scope.outer else {}
    return selected if state.name in _untouched(scope) else {}


def _untouched(scope: Scope) -> set[str]:
    """Give the names of the states whose input is the scope's: the first, and those that choices lead to from there."""
    touched = {edge.target for state in scope.states.values() for edge in edges(state) if not edge.hands_on}
    return reached(scope, lambda edge: edge.hands_on) - touched


def variants(value: Any, selected: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what a value may be: JSON, whose members may be expressions again, or UNKNOWN.

    `selected` is what `$states.input` is, if that is known.
    """
    text = inner(value)
    if text is not None:
        try:
            value = jsonata.Jsonata(text).ast
        except jsonata.JException:
            value = UNKNOWN
    yield from _of_node(value, selected) if isinstance(value, jsonata.Parser.Symbol) else [value]


def _of_node(node: Any, selected: Mapping[str, Any]) -> Iterator[Any]:
    if is_kind(node, "condition"):
        yield from _of_node(node.then, selected)
        yield from _of_node(node._else, selected)
    elif is_kind(node, "block"):
        yield from _of_node(node.expressions[-1], selected)
    elif is_kind(node, "path"):
        yield from variants(_found(node, selected), selected)
    elif is_kind(node, "function") and node.procedure.value == "merge":
        yield from _merged(node.arguments[0], selected)
    else:
        yield _literal(node)


def _found(path: Any, selected: Any) -> Any:
    """Give what `$states.input.NAME...` leads to."""
    if [step.value for step in path.steps[:2]] != ["states", "input"] or len(path.steps) == 2:
        return UNKNOWN
    for step in path.steps[2:]:
        if not isinstance(selected, Mapping) or step.value not in selected:
            return UNKNOWN
        selected = selected[step.value]
    return selected


def _merged(parts: Any, selected: Mapping[str, Any]) -> Iterator[Any]:
    alternatives = [list(_of_node(part, selected)) for part in getattr(parts, "expressions", None) or []]
    for chosen in product(*alternatives):
        known = all(isinstance(part, dict) for part in chosen)
        yield reduce(lambda left, right: left | right, chosen, {}) if known and chosen else UNKNOWN


def _literal(node: Any) -> Any:
    if is_kind(node, "unary") and node.value == "{":
        return {key.value: member for key, member in node.lhs_object}
    if is_kind(node, "unary") and node.value == "[":
        return [_element(member) for member in node.expressions]
    if any(is_kind(node, kind) for kind in ("string", "number", "value")):
        return node.value
    return UNKNOWN


def _element(node: Any) -> Any:
    """Give a member of an array: of one that $map fills, what its function gives."""
    if not (is_kind(node, "function") and node.procedure.value == "map" and is_kind(node.arguments[-1], "lambda")):
        return node
    body = node.arguments[-1].body
    # The parser wraps a call in the last place, to make it later.
    return body.body if is_kind(body, "lambda") and body.thunk else body
