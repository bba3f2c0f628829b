"""Opening strangers' bytes: which decoder, how many pixels, how much memory, all before any decoding."""

import io
import math
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from imaging.kinds import FORMATS, recognise
from imaging.reasons import TooManyPixels, Undecodable

MOST_PIXELS = 100_000_000
MOST_MEMORY = 400 * 1024 * 1024
"""Bytes that decoding one image may take: 100 Mpx of JPEG, 70 Mpx of PNG, 25 Mpx of WebP."""
MOST_SCANS = 100
"""Of a progressive JPEG; encoders write about ten. Every scan costs a pass over the whole image."""
MARGIN = 1.15
"""A scale that leaves hardly more pixels than are wanted costs likeness: SSIM 0.929 instead of 0.942 at 1.02."""
TURNED = 5
"""EXIF orientations from this one on swap width and height."""

_ORIENTATION = 0x0112
# Bytes a pixel at the peak, measured as the growth of the resident set for 25 Mpx (rounded up).
_EACH = {"1": 3.0, "L": 2.0, "P": 7.0, "I;16": 8.0, "RGB": 6.0, "CMYK": 6.0, "RGBA": 10.0, "LA": 14.0}
_CANVAS = {"WEBP": 16.5, "AVIF": 10.0, "GIF": 7.0}
# Our own limit replaces Pillow's, which only warns between one and two times its value.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class Opened:
    """An image whose header was read and found good; nothing is decoded yet."""

    image: Image.Image
    full: tuple[int, int]
    """Width and height of the whole image as stored; `image.size` is what will be decoded."""
    memory: int
    """Bytes that decoding it takes, about."""


def open_image(body: bytes, widest: int) -> Opened:
    """The image, ready to be decoded at the smallest scale at which it is `widest` pixels wide when seen upright.

    Raises NotAnImage, UnsupportedFormat, Undecodable or TooManyPixels.
    """
    image = _identify(body)
    full = width, height = image.size
    if width * height > MOST_PIXELS:
        raise TooManyPixels(f"{width} x {height} pixels; at most {MOST_PIXELS:,} can be resized")
    progressive = "progressive" in image.info
    if progressive and (scans := body.count(b"\xff\xda")) > MOST_SCANS:
        raise Undecodable(f"a progressive JPEG of {scans} scans; at most {MOST_SCANS} are decoded")
    _draft(image, widest)
    memory = _memory(image, width * height if progressive else 0)
    if memory > MOST_MEMORY:
        raise TooManyPixels(f"{width} x {height} pixels, {memory >> 20} MiB to decode; at most {MOST_MEMORY >> 20} MiB")
    return Opened(image, full, memory)


def orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8. Unlike Image.getexif() this never decodes the image."""
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif") or b"")
        value = int(exif.get(_ORIENTATION, 1))
    except Exception:  # EXIF that cannot be read says nothing; the image may still be good
        return 1
    return value if value in range(1, 9) else 1


def _identify(body: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(body), formats=FORMATS)
    except UnidentifiedImageError as error:
        recognise(body)
        raise Undecodable(f"its header is broken, or cut off after {len(body)} bytes") from error
    except MemoryError:
        raise
    except Exception as error:  # what a decoder raises on a hostile header is anybody's guess
        raise Undecodable(f"its header cannot be read: {type(error).__name__}: {error}") from error


def _draft(image: Image.Image, widest: int) -> None:
    """Let a JPEG decode at 1/2, 1/4 or 1/8 (libjpeg-turbo's fast scales) while it stays MARGIN wider than `widest`."""
    width, height = image.size
    upright = height if orientation(image) >= TURNED else width
    scale = min(1.0, widest * MARGIN / upright)
    image.draft(None, (math.ceil(width * scale), math.ceil(height * scale)))


def _memory(image: Image.Image, progressive_pixels: int) -> int:
    """Bytes at the peak: pixels, their conversion, the decoder's canvases; a progressive JPEG's coefficients."""
    width, height = image.size
    if image.format in _CANVAS:
        each = _CANVAS[image.format]
    else:
        each = _EACH.get(image.mode, 6.0) + (8.0 if "transparency" in image.info else 0.0)
    return int(width * height * each + progressive_pixels * 3.2)
