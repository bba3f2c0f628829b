"""DynamoDB knows no floats: its numbers are decimals, on the way in and out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def to_dynamodb(value: Any) -> Any:
    """Give `value` (JSON's types, to any depth) with floats as decimals of at most nine places.

    A container's second costs some 0.00001 USD.
    """
    match value:
        case float():
            return Decimal(str(round(value, 9)))
        case Mapping():
            return {key: to_dynamodb(inner) for key, inner in value.items()}
        case list() | tuple():
            return [to_dynamodb(inner) for inner in value]
    return value


def from_dynamodb(value: Any) -> Any:
    """Give `value` with decimals as ints where they are whole and floats elsewhere."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case Mapping():
            return {key: from_dynamodb(inner) for key, inner in value.items()}
        case list():
            return [from_dynamodb(inner) for inner in value]
    return value
