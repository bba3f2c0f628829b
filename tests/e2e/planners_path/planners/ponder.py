"""Plans the test job whose planner runs as a Batch job; with `waits` not before each tenant's bucket holds `go`."""

import time
from collections.abc import Iterator
from typing import Any

from backroom.manifest.portion import Item
from backroom.storage.objects import object_exists
from backroom.tenants import Tenant
from planners import probe


class Params(probe.Params):
    """As probe's."""

    waits: bool = False


class Ponder(probe.Probe):
    """Makes items up, as probe does, but takes its time."""

    params = Params

    def items(self, s3: Any, tenant: Tenant, params: Params) -> Iterator[Item]:
        """Yield the items, sorted."""
        while params.waits and not object_exists(s3, tenant.bucket, "go"):
            time.sleep(0.05)
        return super().items(s3, tenant, params)


planner = Ponder()
