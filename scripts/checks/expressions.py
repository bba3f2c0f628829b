"""JSONata in a state: where it stands, whether it parses, which variables and functions it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jsonata

OPEN, CLOSE = "{%", "%}"


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, the fields that lead to it from the state's body, and what it names."""

    fields: tuple[str, ...]
    text: str
    variables: frozenset[str] = frozenset()
    """Those that it reads and does not bind itself."""
    functions: frozenset[str] = frozenset()
    paths: frozenset[tuple[str, ...]] = frozenset()
    """What follows `$states`, step by step: ("input", "job")."""
    error: str | None = None
    """Why it does not parse."""


def expressions(node: Any, fields: tuple[str, ...] = ()) -> Iterator[Expression]:
    """Yield every expression of a state's body, but not those of the states within it."""
    text = inner(node)
    if text is not None:
        yield parse(text, fields)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key != "States":
                yield from expressions(value, (*fields, key))
    elif isinstance(node, list):
        for value in node:
            yield from expressions(value, fields)


def inner(node: Any) -> str | None:
    """Give an expression without its `{% %}`; None for what is none."""
    if isinstance(node, str) and node.lstrip().startswith(OPEN) and node.rstrip().endswith(CLOSE):
        return node.strip()[len(OPEN) : -len(CLOSE)].strip()
    return None


def parse(text: str, fields: tuple[str, ...] = ()) -> Expression:
    """Parse an expression; one that does not parse carries the error."""
    try:
        nodes = list(_nodes(jsonata.Jsonata(text).ast))
    except jsonata.JException as error:
        return Expression(fields, text, error=str(error))
    bound = {name for node in nodes for name in _bound(node)}
    procedures = [node.procedure for node in nodes if is_kind(node, "function")]
    called = {procedure.value for procedure in procedures if is_kind(procedure, "variable")}
    read = {node.value for node in nodes if is_kind(node, "variable") and node.value}
    return Expression(
        fields, text, frozenset(read - bound - called), frozenset(called - bound), frozenset(_paths(nodes))
    )


def _nodes(node: Any) -> Iterator[Any]:
    """Yield a tree's nodes, each once; the parser's symbols link to one another in more ways than one."""
    waiting, seen = [node], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, list | tuple):
            waiting += node
        elif isinstance(node, jsonata.Parser.Symbol) and id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting += vars(node).values()


def _bound(node: Any) -> list[str]:
    if is_kind(node, "bind"):
        return [node.lhs.value]
    return [argument.value for argument in node.arguments] if is_kind(node, "lambda") else []


def _paths(nodes: list[Any]) -> Iterator[tuple[str, ...]]:
    for node in nodes:
        steps = node.steps if is_kind(node, "path") else []
        if steps and is_kind(steps[0], "variable") and steps[0].value == "states":
            yield tuple(str(step.value) for step in steps[1:] if is_kind(step, "name"))


def is_kind(node: Any, kind: str) -> bool:
    """Say whether something is a node of a parsed expression, and of this kind."""
    return isinstance(node, jsonata.Parser.Symbol) and getattr(node, "type", None) == kind
