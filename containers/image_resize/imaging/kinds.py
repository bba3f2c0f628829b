"""What a file is, by its first bytes: what its name or its server says of it is not trusted. Needs no decoder."""

import re
from dataclasses import dataclass

from imaging.reasons import NotAnImage, UnsupportedFormat

START = 4096
"""Bytes that are looked at."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A format of images."""

    name: str
    media_type: str = ""
    """Empty: it is not read here."""


_KINDS = (
    (re.compile(rb"\xff\xd8\xff"), Kind("JPEG", "image/jpeg")),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), Kind("PNG", "image/png")),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), Kind("WEBP", "image/webp")),
    (re.compile(rb"GIF8"), Kind("GIF", "image/gif")),
    (re.compile(rb"....ftypavi[fs]", re.DOTALL), Kind("AVIF", "image/avif")),
    (re.compile(rb"II[*+]\x00|MM\x00[*+]"), Kind("TIFF")),
    (re.compile(rb"....ftyp(heic|heix|mif1|msf1|hevc)", re.DOTALL), Kind("HEIF")),
    (re.compile(rb"BM"), Kind("BMP")),
    (re.compile(rb"8BPS"), Kind("Photoshop")),
    (re.compile(rb"%PDF"), Kind("PDF")),
    (re.compile(rb"\x00\x00\x01\x00"), Kind("ICO")),
    (re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<svg", re.DOTALL | re.IGNORECASE), Kind("SVG")),
)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)", re.DOTALL | re.IGNORECASE
)
FORMATS = tuple(kind.name for _, kind in _KINDS if kind.media_type)
"""Those that are read."""


def recognise(body: bytes) -> Kind:
    """Say what a file is, or its beginning. Raises NotAnImage, UnsupportedFormat."""
    if not body:
        raise NotAnImage("the file is empty")
    start = body[:START]
    kind = next((kind for pattern, kind in _KINDS if pattern.match(start)), None)
    if kind is None and _PAGE.match(start):
        raise NotAnImage("this is a web page (HTML) and no image: name the address of the image itself")
    if kind is None:
        shown = body[:32].decode("ascii", "backslashreplace").strip()
        raise NotAnImage(f"no image format begins like this: {shown!r}")
    if not kind.media_type:
        raise UnsupportedFormat(f"{kind.name} is not read: {', '.join(FORMATS)} are")
    return kind
