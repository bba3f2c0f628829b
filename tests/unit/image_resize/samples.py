"""Images made for tests, good and hostile, as files' bytes. None is kept in the repository."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image

PHOTOS = Path(__file__).parents[3] / "examples/tenants"


def photo(path: str, size: tuple[int, int] | None = None) -> Image.Image:
    """A demo photograph (`TENANT/FILE`) as RGB, in another size if one is given."""
    tenant, _, name = path.partition("/")
    with Image.open(PHOTOS / tenant / "images" / name) as image:
        full = image.convert("RGB")
    return full.resize(size, Image.Resampling.LANCZOS) if size else full


def file(image: Image.Image, form: str, **options: Any) -> bytes:
    """The image as a file of that format."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def png(width: int, height: int, body: bytes = b"", colour: int = 2, bits: int = 8) -> bytes:
    """A PNG whose header claims that size, whatever its body holds (zlib data of IDAT)."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def bomb(width: int, height: int) -> bytes:
    """A PNG of nothing but zeros, thousands of times larger when decoded than as a file."""
    packer = zlib.compressobj(9)
    row = bytes(1 + width * 3)
    packed = b"".join(packer.compress(row) for _ in range(height))
    return png(width, height, packed + packer.flush())


def jpeg_claiming(width: int, height: int) -> bytes:
    """A small JPEG whose frame header claims another size."""
    body = file(Image.new("RGB", (64, 64), "red"), "JPEG")
    frame = body.index(b"\xff\xc0")
    return body[: frame + 5] + struct.pack(">HH", height, width) + body[frame + 9 :]


def webp_claiming(side: int) -> bytes:
    """A small WebP whose key frame claims to be that wide and high."""
    body = file(Image.new("RGB", (64, 64), "red"), "WEBP")
    start = body.index(b"\x9d\x01\x2a") + 3
    return body[:start] + struct.pack("<HH", side, side) + body[start + 4 :]


def exif(orientation: int) -> bytes:
    """EXIF data with that orientation."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def rgb_profile(primaries: tuple[tuple[float, float, float], ...], gamma: float) -> bytes:
    """A small ICC profile (version 2, matrix and gamma) with these XYZ primaries under D50."""

    def number(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def point(values: tuple[float, float, float]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(number(value) for value in values)

    name = b"made for tests\0"
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78),
        b"cprt": b"text\0\0\0\0CC0\0",
        b"wtpt": point((0.9642, 1.0, 0.8249)),
        **{tag: point(values) for tag, values in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for tag, content in tags.items():
        table += tag + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(">I4sI4s4s4s", start + len(body), bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + b"".join(map(number, (0.9642, 1.0, 0.8249))) + bytes(48)
    return head + struct.pack(">I", len(tags)) + table + body


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1572, 0.0666, 0.7841))
"""XYZ of the primaries, adapted to D50 (https://www.color.org/chardata/rgb/DisplayP3.xalter)."""
