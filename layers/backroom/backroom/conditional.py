"""Writes to DynamoDB that are made only if what is there allows it."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from backroom.parallel import in_order

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table

THREADS = 8
"""Items that are written at once, each in some 5 ms: BatchWriteItem knows no conditions."""


def unless_refused(write: Callable[[], object]) -> bool:
    """Make a conditional write; says whether its condition held."""
    try:
        write()
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def put_unless_later(table: "Table", items: Iterable[dict[str, Any]]) -> None:
    """Write portions' items, each unless the one there is of a later wave. Raises botocore's ClientError."""
    for _ in in_order(partial(_put_unless_later, table), items, THREADS):
        pass


def _put_unless_later(table: "Table", item: dict[str, Any]) -> bool:
    earlier: Any = Attr("wave").not_exists() | Attr("wave").lte(item["wave"])
    # The table's object is not for several threads, its client is.
    put = table.meta.client.put_item
    return unless_refused(partial(put, TableName=table.name, Item=item, ConditionExpression=earlier))
