"""What one tenant's part of many runs came to, from the table of runs (docs/architecture.md, RunsTable)."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from backroom.numbers import from_dynamodb
from backroom.records import TenantSums
from backroom.run_keys import tenant_key

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table

_KEYS_AT_ONCE = 100
"""BatchGetItem takes no more."""
_SUMS = TypeAdapter(TenantSums)


def tenant_sums(table: "Table", tenant: str, runs: Sequence[str]) -> dict[str, TenantSums]:
    """Give a tenant's sums in each of these runs that has recorded some, by run; raises botocore's ClientError."""
    found: dict[str, TenantSums] = {}
    for start in range(0, len(runs), _KEYS_AT_ONCE):
        keys = [tenant_key(run, tenant) for run in runs[start : start + _KEYS_AT_ONCE]]
        for item in _items(table, keys):
            found[item["pk"].removeprefix("run#")] = _SUMS.validate_python(from_dynamodb(item))
    return found


def _items(table: "Table", keys: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the items of these keys that there are; DynamoDB may leave some for another call."""
    asked: Any = {table.name: {"Keys": keys}}
    while asked:
        answer: Any = table.meta.client.batch_get_item(RequestItems=asked)
        yield from answer["Responses"].get(table.name, ())
        asked = answer.get("UnprocessedKeys")
