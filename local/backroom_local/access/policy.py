"""Policies as IAM reads them: documents taken apart into statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

CURRENT = "2012-10-17"
"""The version of the language that has variables; a document without one is of the older version."""


class PolicyError(ValueError):
    """A document is no policy; the message names what is wrong in it."""


class Effect(StrEnum):
    """What a statement does."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Scope:
    """Texts that a statement applies to, or (`Not...`) all but these."""

    patterns: tuple[str, ...]
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A principal as a policy names it: `AWS`, `Service`, `Federated` or `*`, and its value."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Principals:
    """Whom a statement of a resource's policy applies to, or (`NotPrincipal`) all but these."""

    named: tuple[Named, ...]
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a condition: `StringLike`, `s3:prefix`, the values of which one must fit."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement. `resources` and `principals` are None where a kind of policy has none."""

    sid: str
    effect: Effect
    actions: Scope
    resources: Scope | None
    principals: Principals | None
    conditions: tuple[Condition, ...]
    variables: bool
    """Whether `${...}` is replaced in it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy."""

    statements: tuple[Statement, ...]


@lru_cache(maxsize=4096)
def parse(text: str) -> Policy:
    """Read a policy from its JSON; the same text is read once. Raises PolicyError."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise PolicyError(f"a policy is no JSON: {error}") from error
    return from_document(document)


def from_document(document: Mapping[str, Any]) -> Policy:
    """Take a policy apart. Raises PolicyError."""
    found = document.get("Statement", [])
    statements = [found] if isinstance(found, Mapping) else list(found)
    variables = document.get("Version") == CURRENT
    return Policy(tuple(_statement(statement, variables) for statement in statements))


def _statement(given: Mapping[str, Any], variables: bool) -> Statement:
    """Take a statement apart."""
    sid = str(given.get("Sid", ""))
    actions = _scope(given, "Action")
    if given.get("Effect") not in tuple(Effect) or actions is None:
        raise PolicyError(f"statement {sid or given}: it needs an Effect (Allow or Deny) and an Action")
    return Statement(
        sid=sid,
        effect=Effect(given["Effect"]),
        actions=actions,
        resources=_scope(given, "Resource"),
        principals=_principals(given),
        conditions=tuple(_conditions(given.get("Condition", {}))),
        variables=variables,
    )


def _scope(given: Mapping[str, Any], name: str) -> Scope | None:
    """Read `NAME` or `NotNAME`."""
    for key, inverted in ((name, False), (f"Not{name}", True)):
        if key in given:
            return Scope(texts(given[key]), inverted)
    return None


def _principals(given: Mapping[str, Any]) -> Principals | None:
    """Read `Principal` or `NotPrincipal`."""
    for key, inverted in (("Principal", False), ("NotPrincipal", True)):
        if key in given:
            return Principals(tuple(_named(given[key])), inverted)
    return None


def _named(given: Any) -> list[Named]:
    """Read the principals of a statement; `*` alone is everybody."""
    if not isinstance(given, Mapping):
        return [Named("*", "*") for _ in texts(given)]
    return [Named(kind, value) for kind, values in given.items() for value in texts(values)]


def _conditions(given: Mapping[str, Any]) -> list[Condition]:
    """Read the lines of a condition, all of which must hold."""
    return [
        Condition(operator, key, texts(values)) for operator, lines in given.items() for key, values in lines.items()
    ]


def texts(given: Any) -> tuple[str, ...]:
    """Give one value or several as texts; true and false as JSON writes them."""
    values = given if isinstance(given, list | tuple) else [given]
    return tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in values)
