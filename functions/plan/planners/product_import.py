"""Plans product_import: a tenant has one item, its feed; the version is what is known of it without reading it.

Whether its images are still the same nobody knows without asking their servers, so a feed that references some may be
the same and yet is planned once a day.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self

from backroom.catalogue.model import Field as ProductField
from backroom.manifest.portion import Item
from backroom.storage.listing import find
from backroom.tenants import Tenant
from planners.image_resize import Params as Sizes
from pydantic import BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

ITEM = "feed"
BYTES_A_SECOND = 5_000_000
"""Read, checked and merged, roughly: the planner's guess of a portion's time."""
USUAL_SIZE = 20_000_000
"""Bytes of a feed on the web, of which nothing is known before."""
Column = Annotated[str, Field(min_length=1, max_length=200)]
Share = Annotated[float, Field(ge=0, le=1)]


class Feed(BaseModel):
    """Where the feed is: on the web, or in the tenant's bucket behind its prefix."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str, Field(pattern=r"^https://[^\s/]+", max_length=2_000)] | None = None
    key: Annotated[str, Field(min_length=1, max_length=900)] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) == (self.key is None):
            raise ValueError('a feed has either an https address or a key: {"url": ...} or {"key": ...}')
        return self


class Images(BaseModel):
    """How the images that the feed references are fetched."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fetch: bool = True
    """False: they are not."""
    most: Annotated[int, Field(ge=0, le=1_000_000)] = 1_000_000
    """Images of a feed; those further behind are left out."""
    bytes: Annotated[int, Field(ge=1_000, le=20_000_000)] = 20_000_000
    """Of one image."""
    seconds: Annotated[float, Field(ge=1, le=300)] = 60
    """For one image."""
    per_host: Annotated[int, Field(ge=1, le=16)] = 4
    """Images that are asked of a host at once."""
    rate: Annotated[float, Field(ge=0.1, le=1_000)] = 20
    """Images that are asked of a host in a second."""


class Params(BaseModel):
    """What a tenant says of its feed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    feed: Feed
    columns: dict[ProductField, Column] = {}
    """The column of a field, where it has no common name."""
    attributes: Annotated[tuple[Column, ...], Field(max_length=50)] = ()
    """Columns that are kept as attributes."""
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    """Of prices that have none beside them."""
    decimal: Literal[".", ","] | None = None
    """The sign before decimal places; None: by each price itself."""
    reject_tolerance: Share = 0.1
    """Share of the rows that may be bad."""
    removal_tolerance: Share = 0.3
    """Share of the catalogue that a feed may leave out."""
    catalogue: Literal["sqlite", "postgres"] = "sqlite"
    images: Images = Images()
    sizes: Sizes = Sizes()
    """The sizes that are made of the images, with image_resize's parameters."""


class ProductImportPlanner:
    """A tenant's feed is its only item."""

    params = Params

    def items(self, s3: "S3Client", tenant: Tenant, params: Params) -> Iterator[Item]:
        """Yield the feed: of an object its ETag, of an address the time, since only its server knows whether it is new.

        Where images are fetched, the day belongs to an object's version. An object that is not there is an item too:
        whoever runs it says what is missing. Raises botocore's ClientError.
        """
        now = datetime.now(UTC)
        if params.feed.key is None:
            yield Item(ITEM, now.isoformat(), USUAL_SIZE)
            return
        found = find(s3, tenant.bucket, f"{tenant.prefix}{params.feed.key}")
        day = f" {now:%Y-%m-%d}" if params.images.fetch and params.images.most else ""
        yield Item(ITEM, f"{found.etag}{day}", found.size) if found else Item(ITEM, "none", 0)

    def weigh(self, _params: Params) -> Callable[[Item], float]:
        """Give the guess: two seconds to begin with, and the bytes."""
        return lambda item: 2 + item.size / BYTES_A_SECOND


planner = ProductImportPlanner()
"""The object that PlanFunction looks for."""
