"""The whole way of one image: open, decode once, shrink, turn upright, convert to sRGB, cascade, encode."""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from imaging.colour import plain, to_srgb
from imaging.encoding import encode
from imaging.opening import TURNED, Opened, open_image, orientation
from imaging.params import Params
from imaging.reasons import Truncated, Undecodable
from imaging.room import Room
from imaging.scaling import cascade, height_for, shrink

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Resized:
    """One size of an image."""

    width: int
    """The width asked for; the image's own is less when the original was smaller."""
    body: bytes


def resize(body: bytes, params: Params, room: Room) -> Iterator[Resized]:
    """The image's sizes, largest first. Raises the reasons of imaging.reasons."""
    opened = open_image(body, params.widths[0])
    with room.take(opened.memory):
        largest, full = _largest(opened, params.widths[0])
    for width, image in cascade(largest, full, params.widths):
        yield Resized(width, encode(image, params))


def _largest(opened: Opened, widest: int) -> tuple[Image.Image, tuple[int, int]]:
    """The largest size, upright and in sRGB, and the full size upright.

    Turning and converting come after shrinking: they cost least on the pixels that are left.
    """
    image = _decode(opened.image)
    turn = orientation(opened.image)
    width, height = full = opened.full if turn < TURNED else opened.full[::-1]
    wanted = min(widest, width)
    size = (wanted, height_for((width, height), wanted))
    shrunk = shrink(image, size if turn < TURNED else size[::-1])
    upright = shrunk.transpose(_UPRIGHT[turn]) if turn in _UPRIGHT else shrunk
    return to_srgb(upright, opened.image.info.get("icc_profile")), full


def _decode(image: Image.Image) -> Image.Image:
    """Decode, into a mode that can be resized. Raises Truncated, Undecodable."""
    try:
        image.load()
        return plain(image)
    except MemoryError:
        raise
    except Exception as error:  # what a decoder raises on hostile bytes is anybody's guess
        if "truncated" in str(error).lower() or isinstance(error, EOFError):
            raise Truncated(f"the file ends before the image does: {error}") from error
        raise Undecodable(f"{type(error).__name__}: {error}") from error
