"""Keeps DynamoDB's tables and items, and puts them back."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from backroom_local.keeping.store import Store

_TABLE, _ITEM = "table", "item"
_OF_TABLES: Final = ("CreateTable", "UpdateTimeToLive")
_READS: Final = ("Get", "Query", "Scan", "BatchGet", "TransactGet", "Describe", "List")
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Items:
    """The items of an account in a region."""

    store: Store
    account: str
    region: str

    def wrote(self, environ: Mapping[str, Any], body: bytes) -> None:
        """Take note of what a request changed, from what moto holds now."""
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if operation.startswith(_READS):
            return
        request = json.loads(body or b"{}")
        if operation in _OF_TABLES:
            self.store.put(_TABLE, [((request["TableName"], operation), body)])
        elif operation == "DeleteTable":
            self.store.drop(_TABLE, request["TableName"])
            self.store.drop(_ITEM, request["TableName"])
        elif operation in ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"):
            self._keep_all()
        else:
            self._keep(_written(operation, request))

    def restore(self, client: Any) -> None:
        """Put all that was kept into moto: tables by its API, items into the backend."""
        for (table, operation), body in self.store.rows(_TABLE):
            if operation == "CreateTable":
                client.create_table(**json.loads(body))
            elif table in self._tables():
                client.update_time_to_live(**json.loads(body))
        for (table, _), content in self.store.rows(_ITEM):
            if table in self._tables():
                self._tables()[table].put_item(json.loads(content), overwrite=True)

    def _tables(self) -> Any:
        """Give moto's tables by name."""
        return dynamodb_backends[self.account][self.region].tables

    def _keep(self, written: Iterable[tuple[str, Item]]) -> None:
        """Keep the items of these keys as they are now."""
        tables = self._tables()
        self.store.put(_ITEM, [_row(tables[_name(table)], item) for table, item in written if _name(table) in tables])

    def _keep_all(self) -> None:
        """Keep every item: PartiQL does not name in its request what it changes."""
        for name, table in list(self._tables().items()):
            rows = [_row(table, item.to_json()["Attributes"]) for item in table.all_items()]
            self.store.drop(_ITEM, name)
            self.store.put(_ITEM, rows)


def _name(table: str) -> str:
    """Give a table's name from its name or ARN."""
    return table.rpartition("/")[2]


def _row(table: Any, item: Item) -> tuple[tuple[str, str], bytes | None]:
    """Give the row of an item of which at least the key is known."""
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
    key = [DynamoType(item[name]) for name in names]
    found = table.get_item(*key)
    content = json.dumps(found.to_json()["Attributes"]).encode() if found is not None else None
    return (table.name, json.dumps([item[name] for name in names])), content


def _written(operation: str, request: Item) -> Iterator[tuple[str, Item]]:
    """Give table and key (or whole item) of everything that a request writes."""
    if operation == "BatchWriteItem":
        for table, writes in request["RequestItems"].items():
            for write in writes:
                yield table, _key_of(next(iter(write.values())))
    elif operation == "TransactWriteItems":
        for write in request["TransactItems"]:
            kind, action = next(iter(write.items()))
            if kind != "ConditionCheck":
                yield action["TableName"], _key_of(action)
    elif operation in ("PutItem", "UpdateItem", "DeleteItem"):
        yield request["TableName"], _key_of(request)


def _key_of(write: Item) -> Item:
    """Give the key of a write."""
    found: Item = write.get("Key") or write["Item"]
    return found
