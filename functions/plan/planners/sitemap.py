"""Plans sitemap: a tenant's catalogue, in as many slices as it is large."""

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

BYTES_OF_A_PRODUCT = 400
"""In the file of a catalogue, roughly: only how many slices there are depends on it."""
PRODUCTS_A_SECOND = 50_000
"""Read from the file, chosen and written, roughly: the planner's guess of a portion's time."""
HostName = Annotated[str, Field(pattern=r"^[^\s/:@\\]+(\.[^\s/:@\\]+)+$", max_length=253)]


class Params(BaseModel):
    """What a tenant may want otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: HostName
    """Of the shop: every URL in its sitemap begins with https://HOST/."""
    catalogue: Literal["sqlite", "postgres"] = "sqlite"
    slices: int = Field(default=0, ge=0, le=100)
    """In how many portions the catalogue is done; 0: by its size."""
    products: int = Field(default=1_000_000, ge=1)
    """Of one slice, where `slices` is 0."""


class SitemapPlanner:
    """A tenant's items are the slices of its catalogue, all of the version that the catalogue has now."""

    params = Params
    together = True
    """The index names the files of all slices, so none of them is done without the others."""

    def items(self, s3: "S3Client", tenant: Tenant, params: Params) -> Iterator[Item]:
        """Yield the slices in order of their names.

        A catalogue in the bucket that has not changed since, nor robots.txt, need not be done again; of one in
        PostgreSQL the planner knows no version, so it is always done. Raises botocore's ClientError.
        """
        version, size = datetime.now(UTC).isoformat(), 0
        if params.catalogue == "sqlite":
            version, size = _stand(s3, tenant, FILE)
        rules, _ = _stand(s3, tenant, "robots.txt")
        total = params.slices or max(1, -(-size // (BYTES_OF_A_PRODUCT * params.products)))
        width = len(str(total))
        for number in range(1, total + 1):
            yield Item(f"slice-{number:0{width}}-of-{total}", f"{version}+{rules}", size // total)

    def weigh(self, _params: Params) -> Callable[[Item], float]:
        """Give the guess: a second to begin with, and the products that the slice's bytes may hold."""
        return lambda item: 1 + item.size / BYTES_OF_A_PRODUCT / PRODUCTS_A_SECOND


def _stand(s3: "S3Client", tenant: Tenant, name: str) -> tuple[str, int]:
    """Give ETag and size of an object; "none" and 0 of one that is not there.

    Listed, not asked for: so the planner needs no right to read what tenants have.
    """
    found = find(s3, tenant.bucket, f"{tenant.prefix}{name}")
    return (found.etag, found.size) if found else ("none", 0)


planner = SitemapPlanner()
"""The object that PlanFunction looks for."""
