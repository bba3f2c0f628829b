"""Names the items that failed in an earlier run and were passed over in this one."""

from collections.abc import Iterable, Iterator

import orjson
from backroom import layout, ledger
from backroom.storage.objects import lines, open_object
from backroom.tenants import Tenant

from backroom_console.connection import Connection
from backroom_console.rows import FailedItem


def failed_before(connection: Connection, job: str, tenants: Iterable[Tenant]) -> Iterator[FailedItem]:
    """Yield what the ledgers of a job hold as failed, tenant by tenant."""
    for tenant in tenants:
        opened = open_object(connection.s3, connection.outputs.bucket, layout.ledger(job, tenant.tenant))
        stored = lines(opened.body) if opened else iter(())
        next(stored, None)  # the header
        for entry in (ledger.Entry(*orjson.loads(line)) for line in stored):
            if entry.state != ledger.OK:
                yield FailedItem(tenant.tenant, entry.id, entry.state)
