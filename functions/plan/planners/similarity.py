"""Plans similarity: the tenants of a model share one portion, an item each, since the model is made of all of them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from backroom.catalogue.bucket_file import FILE
from backroom.manifest.portion import Item
from backroom.storage.listing import find
from backroom.tenants import Tenant
from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

JOB = "similarity"
BYTES_OF_A_PRODUCT = 400
"""In the file of a catalogue, roughly."""
PRODUCTS_A_SECOND = 2_000
"""Of all nodes, roughly: the planner's guess of a portion's time."""
ModelName = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$")]


class Params(BaseModel):
    """What a tenant may want otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: ModelName = "shop"
    """Tenants of one model share what is known of how rare words are; each sees its own products only."""
    k: int = Field(default=10, ge=1, le=100)
    """Similar products of one, at most."""
    least: float = Field(default=0.1, gt=0, le=1)
    """How similar they are at least: 1 is the same text, brand, category, attributes and price."""
    catalogue: Literal["sqlite", "postgres"] = "sqlite"


class SimilarityPlanner:
    """A tenant has one item: its catalogue, of the version that it has now."""

    params = Params
    together = True
    """A model is made of all of its tenants, so that one that has changed makes all of them new."""

    def group(self, tenant: Tenant) -> str:
        """Give the model that a tenant's record names."""
        return str(tenant.params.get(JOB, {}).get("model", Params().model))

    def items(self, s3: "S3Client", tenant: Tenant, params: Params) -> Iterator[Item]:
        """Yield the catalogue; of one in PostgreSQL the planner knows no version, so it is always new.

        Raises botocore's ClientError.
        """
        version, size = datetime.now(UTC).isoformat(), 0
        if params.catalogue == "sqlite":
            # Listed, not asked for: so the planner needs no right to read what tenants have.
            found = find(s3, tenant.bucket, f"{tenant.prefix}{FILE}")
            version, size = (found.etag, found.size) if found else ("none", 0)
        yield Item(FILE, version, size)

    def weigh(self, _params: Params) -> Callable[[Item], float]:
        """Give the guess: what it takes to read and write, and the products that the file may hold."""
        return lambda item: 0.1 + item.size / BYTES_OF_A_PRODUCT / PRODUCTS_A_SECOND


planner = SimilarityPlanner()
"""The object that PlanFunction looks for."""
