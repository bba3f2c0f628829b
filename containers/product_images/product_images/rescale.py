"""The stage `rescale`: the sizes of the feed's images, made by image_resize's code, of what has none of them yet."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from backroom.worker import Item, Portion, Skip, Work
from backroom.worker.declared import ItemLines, unpack_lines
from backroom.worker.endings import TooManyFailures
from backroom.worker.outputs import read_stamp
from imaging.params import Params, parse_params
from imaging.room import MEMORY, Room
from imaging.writing import resize_image, size_key

from product_images.names import FEED, FOLDER, LIST, name_of
from product_images.report import report_sizes

THREADS = 8
"""As image_resize has it."""
_DIGITS = 16
"""Hex digits of a name by which it is known whether the feed references it: 8 bytes of each in memory."""


def present(folder: Path, work: Work) -> Sequence[Item]:
    """Give those of the feed's images that are in the bucket: ids as image_resize has them, versions by S3's ETag."""
    wanted = _numbers(unpack_lines(work.handed_over(FEED, LIST), folder / "images"))
    path, root = folder / "present", f"{work.portion.prefix}images/"
    with path.open("wb") as lines:
        for met in work.tenant.walk(f"{work.portion.prefix}{FOLDER}") if wanted else ():
            if _is_in(wanted, met.key.rpartition("/")[2]):
                row = [met.key.removeprefix(root), met.etag, met.size]
                lines.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    return ItemLines(path)


def rescale(portion: Portion, work: Work) -> None:
    """Make the sizes that are not there, and tell the merchant of which images none could be made."""
    params, room = parse_params(_sizes(portion)), Room(MEMORY)
    try:
        work.each(lambda item: rescale_image(item, work, params, room), threads=THREADS)
    except TooManyFailures:
        _tell(work)
        raise
    _tell(work)


def rescale_image(item: Item, work: Work, params: Params, room: Room) -> None:
    """Make the sizes of one image; raises Skip if they are there, and the reasons of imaging.

    The smallest size is written last, and says what it was made from: the image's version, by the tenant's parameters.
    """
    last = work.tenant.head(size_key(work.portion.prefix, min(params.widths), item.id, params))
    if last and read_stamp(last.metadata).source == work.outputs.source(item):
        raise Skip("its sizes are there")
    resize_image(item, work, params, room)


def _sizes(portion: Portion) -> Mapping[str, Any]:
    given: Any = portion.params.get("sizes")
    return given or {}


def _tell(work: Work) -> None:
    report_sizes(work, partial(_addresses, work))


def _addresses(work: Work) -> Iterator[tuple[str, str, str]]:
    """Yield of each image of the feed its id here, its address and a product that has it."""
    import gzip
    from io import BytesIO

    with gzip.open(BytesIO(work.handed_over(FEED, LIST))) as lines:
        for line in lines:
            address, _, _, product = orjson.loads(line)
            yield f"products/{name_of(address)}", address, product


def _numbers(feed: ItemLines) -> "array[int]":
    return array("Q", sorted(_number(name_of(item.id).rpartition("/")[2]) for item in feed))


def _number(name: str) -> int:
    return int(name[:_DIGITS], 16)


def _is_in(wanted: "array[int]", name: str) -> bool:
    try:
        number = _number(name)
    except ValueError:
        return False
    at = bisect_left(wanted, number)
    return at < len(wanted) and wanted[at] == number
