"""Plans the test jobs: the items are those that the run's parameters name, or as many as they say."""

from collections.abc import Callable, Iterator
from typing import Any

from backroom.manifest.portion import Item
from backroom.tenants import Tenant
from pydantic import BaseModel, ConfigDict


class Params(BaseModel):
    """`items` by name, or `count` items that do their work."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    items: tuple[str, ...] = ()
    count: int = 0


class Probe:
    """Makes items up; lists the tenant's bucket all the same, so that one that is not there is noticed."""

    params = Params

    def items(self, s3: Any, tenant: Tenant, params: Params) -> Iterator[Item]:
        """Yield the items, sorted. Raises botocore's ClientError if the tenant's bucket cannot be listed."""
        s3.list_objects_v2(Bucket=tenant.bucket, MaxKeys=1)
        names = sorted(params.items) or [f"ok-{number:06}" for number in range(params.count)]
        return (Item(name, f"version-of-{name}", 1) for name in names)

    def weigh(self, _params: Params) -> Callable[[Item], float]:
        """Give a second for every item, and hours for one that is named `dear`."""
        return lambda item: 10_000.0 if item.id.startswith("dear") else 1.0


planner = Probe()
