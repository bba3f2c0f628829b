"""Plans the test job of several nodes: the tenants of a group share a portion, in which each has its song."""

from collections.abc import Callable, Iterator
from typing import Any

from backroom.manifest.portion import Item
from backroom.storage.listing import objects
from backroom.tenants import Tenant
from pydantic import BaseModel, ConfigDict


class Params(BaseModel):
    """What happens beside the singing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scene: str = "sing"


class Choir:
    """The tenants whose records have the same name sing together."""

    params = Params
    together = True

    def group(self, tenant: Tenant) -> str:
        """Give the name that the tenant's record has."""
        return tenant.name

    def items(self, s3: Any, tenant: Tenant, _params: Params) -> Iterator[Item]:
        """Yield the tenant's song, in its version."""
        return (Item(*found) for found in objects(s3, tenant.bucket, f"{tenant.prefix}song"))

    def weigh(self, _params: Params) -> Callable[[Item], float]:
        """Give a second."""
        return lambda _item: 1.0


planner = Choir()
