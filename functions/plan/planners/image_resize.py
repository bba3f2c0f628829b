"""Plans image_resize: an item is an object under `PREFIXimages/` of a tenant's bucket, its id the rest of the key."""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from backroom.manifest.portion import Item
from backroom.storage.listing import objects
from backroom.tenants import Tenant
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

FOLDER = "images/"
_OF_PRODUCTS = re.compile(r"products/[0-9a-f]{2}/[0-9a-f]{32}\Z")
"""How product_import names the images that a feed references."""
Width = Annotated[int, Field(ge=16, le=8000)]


class Format(StrEnum):
    """The formats that images can be written in."""

    JPEG = "jpeg"
    WEBP = "webp"
    AVIF = "avif"


def _largest_first(widths: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(widths), reverse=True))


class Params(BaseModel):
    """What a tenant may say about its images."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    widths: Annotated[tuple[Width, ...], Field(min_length=1, max_length=16), AfterValidator(_largest_first)] = (
        1600,
        800,
        400,
        160,
    )
    format: Format = Format.JPEG
    quality: int = Field(default=80, ge=1, le=100)


SECONDS_AN_ITEM = 0.05
"""Two requests and what goes with them, for an image of any size; 2 vCPUs, reads and writes overlapping."""
SECONDS_A_MEGABYTE = 0.06
"""Decoding, per MB of a JPEG as cameras write them (12 Mpx are 3-5 MB)."""
SECONDS_A_MEGAPIXEL = {Format.JPEG: 0.015, Format.WEBP: 0.08, Format.AVIF: 0.3}
"""Scaling and encoding, per Mpx written."""


class ImageResize:
    """Lists and weighs a tenant's images."""

    params = Params

    def items(self, s3: "S3Client", tenant: Tenant, _params: Params) -> Iterator[Item]:
        """Yield the tenant's images, but for those of product_import, which makes their sizes itself.

        Keys that end with a slash are folders of the S3 console and no images.
        """
        prefix = f"{tenant.prefix}{FOLDER}"
        for key, etag, size in objects(s3, tenant.bucket, prefix):
            if not key.endswith("/") and not _OF_PRODUCTS.match(key, len(prefix)):
                yield Item(key[len(prefix) :], etag, size)

    def weigh(self, params: Params) -> Callable[[Item], float]:
        """Give seconds of an image from its bytes; that the written sizes are of 4:3 is good enough."""
        written = sum(width * width * 0.75 / 1e6 for width in params.widths)
        fixed = SECONDS_AN_ITEM + written * SECONDS_A_MEGAPIXEL[params.format]
        return lambda item: fixed + item.size / 1e6 * SECONDS_A_MEGABYTE


planner = ImageResize()
