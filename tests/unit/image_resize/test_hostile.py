"""Strangers' bytes: each bad image is refused by its own reason, quickly, within its memory, and never by a crash."""

import random
import subprocess
import sys
from contextlib import suppress

import pytest
from backroom.worker import BadItem
from hypothesis import given, settings
from hypothesis import strategies as st
from imaging.opening import MOST_SCANS
from imaging.params import Params
from imaging.reasons import NotAnImage, TooManyPixels, Truncated, Undecodable, UnsupportedFormat
from imaging.resizing import resize
from imaging.room import Room
from PIL import Image

from tests.unit.image_resize.samples import PHOTOS, bomb, file, jpeg_claiming, photo, png, webp_claiming

PARAMS = Params((64, 32))
SMALL = photo("kontor/dahlia.jpg", (160, 107))


def attempt(body: bytes) -> None:
    """Resize to the end."""
    assert len(list(resize(body, PARAMS, Room(1 << 30)))) == 2


def tiff() -> bytes:
    """A good TIFF."""
    return file(SMALL, "TIFF")


@pytest.mark.parametrize(
    ("body", "reason", "message"),
    [
        (b"", NotAnImage, "the file is empty"),
        ((PHOTOS / "kontor/images/catalogue.jpg").read_bytes(), NotAnImage, "this is a web page (HTML)"),
        (b"PK\x03\x04 a zip", NotAnImage, "PK"),
        (bytes(100), NotAnImage, "no image format begins like this"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>', UnsupportedFormat, "SVG"),
        (b'<?xml version="1.0"?>\n<!-- a drawing -->\n<svg/>', UnsupportedFormat, "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", UnsupportedFormat, "HEIF"),
        (b"%PDF-1.7", UnsupportedFormat, "PDF"),
        (b"8BPS\0\x01", UnsupportedFormat, "Photoshop"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", NotAnImage, "%!PS"),
        (tiff(), UnsupportedFormat, "TIFF"),
        (file(SMALL, "BMP"), UnsupportedFormat, "BMP"),
        (b"\xff\xd8\xff", Undecodable, "cut off after 3 bytes"),
        ((PHOTOS / "kontor/images/parrot.jpg").read_bytes(), Truncated, "ends before the image does"),
        (file(SMALL, "PNG")[:9000], Truncated, "ends before the image does"),
        (file(SMALL, "PNG").replace(b"IDAT", b"IDAX", 1), Undecodable, "its header is broken"),
        (png(50, 50, b"this is no zlib"), Undecodable, ""),
        (png(30_000, 30_000), TooManyPixels, "30000 x 30000"),
        (png(2**31 - 1, 2**31 - 1), TooManyPixels, "2147483647 x 2147483647"),
        (png(9_999, 9_999), TooManyPixels, "MiB to decode"),
        (jpeg_claiming(65_000, 65_000), TooManyPixels, "65000 x 65000"),
        (webp_claiming(16_383), TooManyPixels, "16383 x 16383"),
    ],
)
def test_each_is_refused_by_its_reason(body: bytes, reason: type[BadItem], message: str) -> None:
    with pytest.raises(reason) as raised:
        attempt(body)
    assert message in str(raised.value)


def test_a_progressive_jpeg_of_endless_scans_is_refused() -> None:
    body = file(SMALL, "JPEG", progressive=True)
    scan = body.rindex(b"\xff\xda")
    with pytest.raises(Undecodable, match="scans"):
        attempt(body[:-2] + body[scan:-2] * MOST_SCANS + b"\xff\xd9")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_a_file_cut_anywhere_fails_by_a_reason_or_is_whole(form: str) -> None:
    body = file(SMALL, form)
    for cut in sorted({*range(64), *random.Random(1).sample(range(len(body)), 60)}):  # noqa: S311 - a seed
        try:
            attempt(body[:cut])
        except BadItem:
            continue
        assert cut > len(body) - 64, f"{form} cut at {cut} of {len(body)} passed as whole"


@given(data=st.data(), form=st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "AVIF"]))
@settings(max_examples=150, deadline=None)
def test_flipped_bytes_end_in_an_image_or_in_a_reason(data: st.DataObject, form: str) -> None:
    body = bytearray(_files()[form])
    for place in data.draw(st.lists(st.integers(0, len(body) - 1), min_size=1, max_size=12)):
        body[place] = data.draw(st.integers(0, 255))
    with suppress(BadItem):
        attempt(bytes(body))


_FILES: dict[str, bytes] = {}


def _files() -> dict[str, bytes]:
    if not _FILES:
        _FILES.update({form: file(SMALL, form) for form in ("JPEG", "PNG", "WEBP", "GIF", "AVIF")})
    return _FILES


_MEASURE = """
import sys, time
from resource import RUSAGE_SELF, getrusage
sys.path[:0] = sys.argv[1:]
from imaging.params import Params
from imaging.resizing import resize
from imaging.room import Room
from backroom.worker import BadItem
body, before, ending = sys.stdin.buffer.read(), time.process_time(), "resized"
try:
    list(resize(body, Params(), Room(1 << 30)))
except BadItem as error:
    ending = type(error).__name__
print(ending, time.process_time() - before, getrusage(RUSAGE_SELF).ru_maxrss / 1024)
"""


def measured(body: bytes) -> tuple[str, float, float]:
    """How resizing ends, its CPU seconds and peak megabytes, in a process of its own."""
    root = PHOTOS.parents[1]
    paths = [str(root / "containers/image_resize"), str(root / "layers/backroom")]
    # `sh` in between, because a child's peak begins with that of the process that forked it.
    command = ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", _MEASURE, *paths]
    ending, seconds, megabytes = subprocess.run(command, input=body, capture_output=True, check=True).stdout.split()
    return ending.decode(), float(seconds), float(megabytes)


@pytest.mark.parametrize("side", [9_000, 12_000])
def test_a_bomb_is_refused_in_a_second_and_within_256_megabytes(side: int) -> None:
    ending, seconds, megabytes = measured(bomb(side, side))
    assert ending == "TooManyPixels"
    assert seconds < 1
    assert megabytes < 256


def test_the_largest_jpeg_is_resized_within_300_megabytes() -> None:
    ending, _, megabytes = measured(file(Image.new("RGB", (10_000, 10_000), "teal"), "JPEG"))
    assert ending == "resized"
    assert megabytes < 300
