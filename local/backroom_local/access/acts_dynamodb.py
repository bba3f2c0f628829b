"""DynamoDB: on tables and indexes, and by item in batches and transactions.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from backroom_local.access.arns import Place
from backroom_local.access.asked import Asked
from backroom_local.access.evaluation import Call
from backroom_local.access.reference import UnknownActionError

_OF_A_TRANSACTION: Final = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
_FORM: Final = "table/{}"
_KEYS: Final = {"Select": "dynamodb:select", "ReturnValues": "dynamodb:returnvalues"}


def read(asked: Asked, place: Place) -> Iterator[Call]:
    """Give the calls of a request to DynamoDB. Raises UnknownActionError for PartiQL, whose table is in a text."""
    given = asked.parameters
    if "TransactItems" in given:
        for item in given["TransactItems"]:
            for kind, part in item.items():
                action = f"dynamodb:{_OF_A_TRANSACTION[kind]}"
                yield Call(action, _table(part, place), {"dynamodb:enclosingoperation": (asked.operation,)})
    elif asked.operation in ("BatchGetItem", "BatchWriteItem"):
        for name in given["RequestItems"]:
            yield Call(f"dynamodb:{asked.operation}", place.arn("dynamodb", name, _FORM))
    elif "TableName" in given:
        yield Call(f"dynamodb:{asked.operation}", _table(given, place), _context(given))
    elif asked.operation in ("ListTables", "DescribeLimits", "DescribeEndpoints"):
        yield Call(f"dynamodb:{asked.operation}", "*")
    else:
        raise UnknownActionError(f"the twin does not know on what dynamodb:{asked.operation} acts")


def _table(given: Mapping[str, Any], place: Place) -> str:
    """Give the ARN of a table, or of the index that is read."""
    table = place.arn("dynamodb", given["TableName"], _FORM)
    return f"{table}/index/{given['IndexName']}" if "IndexName" in given else table


def _context(given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Give the condition keys of a request."""
    return {key: (str(given[name]),) for name, key in _KEYS.items() if name in given}
