"""Plans the test job whose planner runs as a Batch job: not while the tenant's bucket holds an object `wait`."""

import time
from collections.abc import Iterator
from typing import Any

from backroom.manifest.portion import Item
from backroom.storage.objects import object_exists
from backroom.tenants import Tenant
from planners.probe import Params, Probe


class Ponder(Probe):
    """Makes items up, as probe does, but takes its time."""

    def items(self, s3: Any, tenant: Tenant, params: Params) -> Iterator[Item]:
        """Yield the items, sorted."""
        while object_exists(s3, tenant.bucket, "wait"):
            time.sleep(0.05)
        return super().items(s3, tenant, params)


planner = Ponder()
