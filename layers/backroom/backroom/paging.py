"""Reads what DynamoDB answers in pages."""

from collections.abc import Callable, Iterator
from typing import Any

from backroom.numbers import from_dynamodb


def paged(operation: Callable[..., Any], **arguments: Any) -> Iterator[dict[str, Any]]:
    """Yield the items of all pages of a query or scan, their decimals turned into numbers.

    Raises botocore's ClientError.
    """
    start: dict[str, Any] = {}
    while True:
        page = operation(**arguments, **start)
        yield from map(from_dynamodb, page["Items"])
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
