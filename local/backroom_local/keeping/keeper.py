"""All that is kept of a twin, in one place."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from backroom_local.keeping.executions import Executions
from backroom_local.keeping.items import Items
from backroom_local.keeping.objects import Objects
from backroom_local.keeping.store import Store

FILE = "kept.sqlite"


class Keeper:
    """Keeps S3, DynamoDB and executions; what is put back is not kept again."""

    def __init__(self, path: Path, account: str, region: str) -> None:
        """Open the file."""
        self._store = Store(path)
        self._objects = Objects(self._store, account)
        self._items = Items(self._store, account, region)
        self._executions = Executions(self._store, account, region)
        self._restoring = False

    def wrote(self, service: str, environ: Mapping[str, Any], body: bytes) -> None:
        """Take note of a request to S3 or DynamoDB that succeeded."""
        if self._restoring:
            return
        (self._objects if service == "s3" else self._items).wrote(environ, body)

    def execution_changed(self, execution: Any, status: str) -> None:
        """Take note of an execution that started or ended."""
        self._executions.changed(execution, status)

    def restore_content(self, dynamodb: Any) -> None:
        """Put objects and items back; `dynamodb` is a client of the twin."""
        self._restoring = True
        try:
            self._objects.restore()
            self._items.restore(dynamodb)
        finally:
            self._restoring = False

    def restore_executions(self) -> Iterator[Any]:
        """Put executions back, once their machines are there; gives those that the end of the last twin has aborted."""
        return self._executions.restore()

    def close(self) -> None:
        """Close the file."""
        self._store.close()
