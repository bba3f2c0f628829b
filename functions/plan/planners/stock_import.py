"""Plans stock_import: an item is a feed of deltas, an object of the tenant's bucket, or one on the web."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backroom.manifest.portion import Item
from backroom.storage.listing import find, objects
from backroom.tenants import Tenant
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

WEB = "feed"
"""The item of a feed on the web."""
SECONDS_A_FEED = 0.3
BYTES_A_SECOND = 5_000_000
"""Read, checked and written, roughly: the planner's guess of a portion's time."""
USUAL_SIZE = 100_000
"""Bytes of a feed on the web, of which nothing is known before."""
OwnColumn = Annotated[str, Field(min_length=1, max_length=200)]


class Column(StrEnum):
    """What a feed may say of a delta."""

    SKU = "sku"
    STOCK = "stock"
    PRICE = "price"
    CURRENCY = "currency"
    TIMESTAMP = "timestamp"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise ValueError(f"{name!r} is no time zone: name one like Europe/Berlin") from error
    return name


class Feed(BaseModel):
    """Where the feed is: on the web, or an object or all objects of a folder in the bucket, behind the prefix."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str, Field(pattern=r"^https://[^\s/]+", max_length=2_000)] | None = None
    key: Annotated[str, Field(min_length=1, max_length=900)] | None = None
    folder: Annotated[str, Field(pattern=r"^[^/].*/$", max_length=900)] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if [self.url, self.key, self.folder].count(None) != 2:
            raise ValueError('a feed has one place: {"url": "https://..."}, {"key": ...} or {"folder": "stock-feeds/"}')
        return self


class Params(BaseModel):
    """What a tenant says of its feed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    feed: Feed
    columns: dict[Column, OwnColumn] = {}
    """The column of a field, where it has no common name."""
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    """Of prices that have none beside them; "": the product's."""
    decimal: Literal[".", ","] | None = None
    """The sign before decimal places; None: by each price itself."""
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Etc/UTC"
    """Of timestamps that say none."""
    reject_tolerance: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Share of the rows that may be bad."""
    catalogue: Literal["sqlite", "postgres"] = "sqlite"


class StockImportPlanner:
    """A tenant's feeds are its items."""

    params = Params

    def items(self, s3: "S3Client", tenant: Tenant, params: Params) -> Iterator[Item]:
        """Yield the feeds: of an object its ETag, of an address the time, as only its server knows whether it is new.

        An object that is not there is an item too: whoever runs it says what is missing. Raises botocore's ClientError.
        """
        feed = params.feed
        if feed.url is not None:
            yield Item(WEB, datetime.now(UTC).isoformat(), USUAL_SIZE)
        elif feed.key is not None:
            found = find(s3, tenant.bucket, f"{tenant.prefix}{feed.key}")
            yield Item(feed.key, found.etag, found.size) if found else Item(feed.key, "none", 0)
        else:
            for key, etag, size in objects(s3, tenant.bucket, f"{tenant.prefix}{feed.folder}"):
                if not key.endswith("/"):
                    yield Item(key[len(tenant.prefix) :], etag, size)

    def weigh(self, _params: Params) -> Callable[[Item], float]:
        """Give the guess: a third of a second to begin with, and the bytes."""
        return lambda item: SECONDS_A_FEED + item.size / BYTES_A_SECOND


planner = StockImportPlanner()
"""The object that PlanFunction looks for."""
