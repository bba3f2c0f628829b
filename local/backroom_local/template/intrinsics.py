"""CloudFormation's intrinsic functions, as pure functions over a scope of names.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from backroom_local.template.errors import DanglingReferenceError, TemplateError

_PLACEHOLDER: Final = re.compile(r"\$\{([^}]+)\}")
NO_VALUE: Final = object()
"""What `AWS::NoValue` is: a member with this value is left out."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a template may refer to."""

    reference: Callable[[str], Any]
    """Name of a parameter, pseudo parameter or resource -> value; raises DanglingReferenceError."""
    attribute: Callable[[str, str], Any]
    """(resource, attribute) -> value; raises DanglingReferenceError."""
    mappings: Mapping[str, Mapping[str, Mapping[str, Any]]]
    conditions: Mapping[str, Any]


def resolve(node: Any, scope: Scope) -> Any:
    """Give a copy of a part of a template with every intrinsic function replaced by its value."""
    if isinstance(node, list):
        return [value for value in (resolve(member, scope) for member in node) if value is not NO_VALUE]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        name, argument = next(iter(node.items()))
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](argument, scope)
    pairs = ((key, resolve(value, scope)) for key, value in node.items())
    return {key: value for key, value in pairs if value is not NO_VALUE}


def holds(condition: Any, scope: Scope) -> bool:
    """Say whether a condition (a name or an expression) is true."""
    if isinstance(condition, str):
        if condition not in scope.conditions:
            raise DanglingReferenceError(f"condition {condition} is not declared under Conditions")
        return holds(scope.conditions[condition], scope)
    if isinstance(condition, dict) and list(condition) == ["Condition"]:
        return holds(condition["Condition"], scope)
    return resolve(condition, scope) is True


def references(node: Any) -> Iterator[str]:
    """Give the names that a part of a template refers to: parameters and resources, with repetitions."""
    if isinstance(node, list):
        for member in node:
            yield from references(member)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _referred(key, value)


def _referred(key: str, value: Any) -> Iterator[str]:
    """Give the names that one member of a mapping refers to."""
    if key == "Ref" and isinstance(value, str):
        yield value
    elif key == "Fn::GetAtt":
        yield _split_attribute(value)[0]
    elif key == "Fn::Sub":
        yield from _in_text(value if isinstance(value, str) else value[0])
    if not isinstance(value, str):
        yield from references(value)


def _in_text(text: str) -> Iterator[str]:
    """Give the names in `${NAME}` and `${NAME.ATTRIBUTE}`."""
    for name in _PLACEHOLDER.findall(text):
        if not name.startswith("!"):
            yield name.partition(".")[0]


def _split_attribute(argument: Any) -> tuple[str, str]:
    """Split the argument of Fn::GetAtt, `A.B` or [A, B]."""
    if isinstance(argument, str):
        resource, _, name = argument.partition(".")
        return resource, name
    return str(argument[0]), ".".join(str(part) for part in argument[1:])


def _ref(argument: Any, scope: Scope) -> Any:
    """Ref."""
    name = resolve(argument, scope)
    return NO_VALUE if name == "AWS::NoValue" else scope.reference(name)


def _get_att(argument: Any, scope: Scope) -> Any:
    """Fn::GetAtt."""
    return scope.attribute(*_split_attribute(argument))


def _sub(argument: Any, scope: Scope) -> str:
    """Fn::Sub, with and without own variables."""
    text, own = (argument, {}) if isinstance(argument, str) else (argument[0], resolve(argument[1], scope))

    def value(match: re.Match[str]) -> str:
        """Give the value of one placeholder."""
        name = match.group(1)
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        if name in own:
            return str(own[name])
        resource, dot, attribute = name.partition(".")
        return str(scope.attribute(resource, attribute) if dot else scope.reference(name))

    return _PLACEHOLDER.sub(value, text)


def _join(argument: Any, scope: Scope) -> str:
    """Fn::Join."""
    return str(argument[0]).join(str(part) for part in resolve(argument[1], scope))


def _select(argument: Any, scope: Scope) -> Any:
    """Fn::Select."""
    index, values = resolve(argument, scope)
    try:
        return values[int(index)]
    except IndexError as error:
        raise TemplateError(f"Fn::Select: there is no member {index} of {values}") from error


def _split(argument: Any, scope: Scope) -> list[str]:
    """Fn::Split."""
    delimiter, text = resolve(argument, scope)
    return str(text).split(delimiter)


def _if(argument: Any, scope: Scope) -> Any:
    """Fn::If."""
    return resolve(argument[1] if holds(argument[0], scope) else argument[2], scope)


def _find_in_map(argument: Any, scope: Scope) -> Any:
    """Fn::FindInMap."""
    name, row, column = resolve(argument[:3], scope)
    try:
        return resolve(scope.mappings[name][row][column], scope)
    except KeyError as error:
        raise DanglingReferenceError(f"Mappings.{name} has no {row}.{column}") from error


def _cidr(argument: Any, scope: Scope) -> list[str]:
    """Fn::Cidr: the first `count` networks of a network that leave so many bits to hosts."""
    block, count, bits = resolve(argument, scope)
    network = ipaddress.ip_network(block)
    parts = list(islice(network.subnets(new_prefix=network.max_prefixlen - int(bits)), int(count)))
    if len(parts) < int(count):
        raise TemplateError(f"Fn::Cidr: {block} has no {count} networks of {bits} bits")
    return [str(part) for part in parts]


def _import_value(argument: Any, _scope: Scope) -> Any:
    """Fn::ImportValue, which one stack alone cannot have."""
    raise TemplateError(f"Fn::ImportValue: {json.dumps(argument)}: the twin holds one stack; make it a parameter")


_FUNCTIONS: Final[Mapping[str, Callable[[Any, Scope], Any]]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::Cidr": _cidr,
    "Fn::ImportValue": _import_value,
    "Fn::Base64": lambda argument, scope: base64.b64encode(str(resolve(argument, scope)).encode()).decode(),
    "Fn::ToJsonString": lambda argument, scope: json.dumps(resolve(argument, scope)),
    "Fn::Length": lambda argument, scope: len(resolve(argument, scope)),
    "Fn::GetAZs": lambda argument, scope: [
        f"{resolve(argument, scope) or scope.reference('AWS::Region')}{z}" for z in "abc"
    ],
    "Fn::Equals": lambda argument, scope: str(resolve(argument[0], scope)) == str(resolve(argument[1], scope)),
    "Fn::And": lambda argument, scope: all(holds(member, scope) for member in argument),
    "Fn::Or": lambda argument, scope: any(holds(member, scope) for member in argument),
    "Fn::Not": lambda argument, scope: not holds(argument[0], scope),
}
