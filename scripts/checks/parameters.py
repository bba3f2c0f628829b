"""The arguments of a Task against the shape of the operation's input, as Step Functions spells it."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import StructureShape

from scripts.checks.arguments import UNKNOWN, item, variants
from scripts.checks.finding import Finding, Rule
from scripts.checks.machine import Scope, State
from scripts.checks.resources import UnknownResourceError, call_of

_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "boolean": (bool,),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}


def check(scope: Scope, state: State) -> Iterator[Finding]:
    """Find a resource that is not there and arguments that its operation does not take, lacks or spells otherwise."""
    try:
        call = call_of(str(state.body.get("Resource")))
    except UnknownResourceError as error:
        yield Finding(Rule.UNKNOWN_RESOURCE, state.place, str(error))
        return
    shape = call.operation.input_shape
    place = f"{state.place}.Arguments"
    given, selected = state.body.get("Arguments", {}), item(scope, state)
    if UNKNOWN in variants(given, selected):
        message = "cannot be read: write an object, or $merge objects and parts of a Map's ItemSelector"
        yield Finding(Rule.UNREADABLE_ARGUMENTS, place, message)
    if shape is not None:
        yield from dict.fromkeys(_Fitting(selected).fits(given, shape, place))


@dataclass(frozen=True, slots=True)
class _Fitting:
    """Compares values with the shapes of an operation's input; `item` is what `$states.input` is, if that is known."""

    item: Mapping[str, Any]

    def fits(self, value: Any, shape: Any, place: str) -> Iterator[Finding]:
        """Check a value, each that it may be; what is known only when it runs is passed over."""
        kinds = _KINDS.get(shape.type_name)
        for variant in variants(value, self.item):
            if kinds is None or variant is UNKNOWN:
                continue
            if isinstance(variant, bool) is (bool in kinds) and isinstance(variant, kinds):
                yield from self._within(variant, shape, place)
            else:
                yield Finding(Rule.WRONG_VALUE, place, f"must be a {shape.type_name}, is {variant!r}")

    def _within(self, value: Any, shape: Any, place: str) -> Iterator[Finding]:
        match shape.type_name:
            case "structure":
                yield from self._members(value, shape, place)
            case "list":
                for number, inner in enumerate(value):
                    yield from self.fits(inner, shape.member, f"{place}[{number}]")
            case "map":
                for key, inner in value.items():
                    yield from self.fits(inner, shape.value, f"{place}.{key}")
            case "string":
                yield from _one_of(value, shape.metadata.get("enum"), place)

    def _members(self, value: dict[str, Any], shape: StructureShape, place: str) -> Iterator[Finding]:
        members = {_pascal(name): member for name, member in shape.members.items()}
        for name, inner in value.items():
            if name in members:
                yield from self.fits(inner, members[name], f"{place}.{name}")
            else:
                yield _unknown(name, list(members), place)
        given = {name.casefold() for name in value}
        for name in shape.required_members:
            if name.casefold() not in given:
                yield Finding(Rule.MISSING_PARAMETER, place, f"lacks {_pascal(name)}, which {shape.name} requires")


def _one_of(value: str, allowed: list[str] | None, place: str) -> Iterator[Finding]:
    if allowed and value not in allowed:
        yield Finding(Rule.WRONG_VALUE, place, f"must be one of {', '.join(allowed)}, is {value!r}")


def _unknown(name: str, members: list[str], place: str) -> Finding:
    for member in members:
        if member.casefold() == name.casefold():
            return Finding(Rule.WRONG_CASE, place, f"{name} must be spelled {member}")
    near = difflib.get_close_matches(name, members, 1)
    return Finding(Rule.UNKNOWN_PARAMETER, place, f"has no {name}" + (f"; {near[0]}?" if near else ""))


def _pascal(name: str) -> str:
    # Step Functions spells all parameters so, however the service does.
    return name[0].upper() + name[1:]
