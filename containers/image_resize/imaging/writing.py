"""One image of a tenant, from its original in the bucket to its sizes there."""

from backroom.worker import Item, Work

from imaging.params import Params
from imaging.reasons import TooManyBytes
from imaging.resizing import resize
from imaging.room import Room

MOST_BYTES = 100 * 1024 * 1024
CACHE_CONTROL = "public, max-age=86400"
"""A day: a new version of an image is written under the same key."""


def resize_image(item: Item, work: Work, params: Params, room: Room) -> None:
    """Read, resize and write one image, its smallest size last. Raises the reasons of imaging.reasons."""
    if item.bytes > MOST_BYTES:
        raise TooManyBytes(f"{item.bytes:,} bytes; at most {MOST_BYTES:,} are read")
    body = work.tenant.get(f"{work.portion.prefix}images/{item.id}")
    for size in resize(body, params, room):
        key = size_key(work.portion.prefix, size.width, item.id, params)
        work.put(item, key, size.body, params.format.content_type, CACHE_CONTROL)


def size_key(prefix: str, width: int, name: str, params: Params) -> str:
    """Give the key of a size; `name` stays whole, since `a.png` and `a.jpg` must not collide."""
    return f"{prefix}resized/{width}/{name}.{params.format.extension}"
