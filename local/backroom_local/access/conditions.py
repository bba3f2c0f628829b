"""Conditions of statements: operators, `...IfExists`, `ForAllValues:` and `ForAnyValue:`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
.../reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

import ipaddress
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from backroom_local.access.matching import Context, filled, fits, fits_arn
from backroom_local.access.policy import Condition, PolicyError

Test = Callable[[str, str], bool]
"""(value in the policy, variables replaced; value in the request) -> whether they fit."""


def holds(condition: Condition, context: Context, variables: bool = True) -> bool:
    """Say whether a line of a condition holds for a request. Raises PolicyError for an operator that IAM has not."""
    quantifier, _, rest = condition.operator.rpartition(":")
    operator, if_exists = rest.removesuffix("IfExists"), rest.endswith("IfExists")
    values = context.get(condition.key.lower(), ())
    if operator == "Null":
        return (not values) == (condition.values[0] == "true")
    negated = operator in _NEGATED
    if not values:
        return if_exists or quantifier == "ForAllValues" or (negated and quantifier != "ForAnyValue")
    test = _test(_NEGATED.get(operator, operator), context, variables)
    fitting = [any(test(wanted, value) for wanted in condition.values) != negated for value in values]
    # Without a quantifier a negated operator refuses when one of several values is among those of the policy.
    every = quantifier == "ForAllValues" or (negated and not quantifier)
    return all(fitting) if every else any(fitting)


def _test(operator: str, context: Context, variables: bool) -> Test:
    """Give the test of an operator, with variables in the policy's value replaced."""
    if operator in ("StringLike", "ArnLike", "ArnEquals"):
        match = fits if operator == "StringLike" else fits_arn
        return lambda wanted, value: match(wanted, value, context, variables)
    if operator not in _TESTS:
        raise PolicyError(f"{operator}: IAM has no such operator of conditions")
    test = _TESTS[operator]

    def replaced(wanted: str, value: str) -> bool:
        """Compare with the variables replaced; what cannot be replaced or read fits nothing."""
        text = filled(wanted, context, variables)
        try:
            return text is not None and test(text, value)
        except ValueError:
            return False

    return replaced


def _moment(text: str) -> datetime:
    """Read a date: ISO 8601 or seconds since 1970. Raises ValueError."""
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_network(wanted: str, value: str) -> bool:
    """Say whether an address lies in a network. Raises ValueError."""
    return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)


_TESTS: Final[Mapping[str, Test]] = {
    "StringEquals": lambda wanted, value: wanted == value,
    "StringEqualsIgnoreCase": lambda wanted, value: wanted.casefold() == value.casefold(),
    "BinaryEquals": lambda wanted, value: wanted == value,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
    "NumericEquals": lambda wanted, value: float(value) == float(wanted),
    "NumericLessThan": lambda wanted, value: float(value) < float(wanted),
    "NumericLessThanEquals": lambda wanted, value: float(value) <= float(wanted),
    "NumericGreaterThan": lambda wanted, value: float(value) > float(wanted),
    "NumericGreaterThanEquals": lambda wanted, value: float(value) >= float(wanted),
    "DateEquals": lambda wanted, value: _moment(value) == _moment(wanted),
    "DateLessThan": lambda wanted, value: _moment(value) < _moment(wanted),
    "DateLessThanEquals": lambda wanted, value: _moment(value) <= _moment(wanted),
    "DateGreaterThan": lambda wanted, value: _moment(value) > _moment(wanted),
    "DateGreaterThanEquals": lambda wanted, value: _moment(value) >= _moment(wanted),
    "IpAddress": _in_network,
}

_NEGATED: Final[Mapping[str, str]] = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotLike": "ArnLike",
    "ArnNotEquals": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}
"""A negated operator -> the one that it negates. (ArnEquals is the same as ArnLike.)"""
