"""image_resize: every image of a portion in the widths and the format that its tenant wants.

Reads `PREFIXimages/ID`, writes `PREFIXresized/WIDTH/ID.EXT`. The ID stays whole: `a.png` and `a.jpg` must not collide.
"""

from backroom.worker import Item, Portion, Work, run
from imaging.params import Params, parse_params
from imaging.reasons import TooManyBytes
from imaging.resizing import resize
from imaging.room import Room

THREADS = 8
"""Measured with 2 vCPUs and 160 ms of S3 an image: 8 threads reach two thirds of what the CPUs alone could."""
MEMORY = 512 * 1024 * 1024
"""Bytes for decoding, of all threads together. Give the container 2 GiB: files and sizes in hand take as much again."""
MOST_BYTES = 100 * 1024 * 1024
CACHE_CONTROL = "public, max-age=86400"
"""A day: a new version of an image is written under the same key."""


def resize_images(portion: Portion, work: Work) -> None:
    """Resize the portion's images. Reads, work and writes of several images overlap."""
    params, room = parse_params(portion.params), Room(MEMORY)
    work.each(lambda item: resize_image(item, work, params, room), threads=THREADS)


def resize_image(item: Item, work: Work, params: Params, room: Room) -> None:
    """Read, resize and write one image. Raises the reasons of imaging.reasons."""
    if item.bytes > MOST_BYTES:
        raise TooManyBytes(f"{item.bytes:,} bytes; at most {MOST_BYTES:,} are read")
    prefix = work.portion.prefix
    body = work.tenant.get(f"{prefix}images/{item.id}")
    for size in resize(body, params, room):
        key = f"{prefix}resized/{size.width}/{item.id}.{params.format.extension}"
        work.put(item, key, size.body, params.format.content_type, CACHE_CONTROL)


if __name__ == "__main__":
    run(resize_images)
