"""CPU time and likeness of image_resize as it ships, against libvips, sharp and Pillow as they are usually written.

usage: .venv-bench/bin/python bench/image_resize.py [ROUNDS]     (make bench)

Every photograph is resized to 1600, 800, 400 and 160 pixels of width, JPEG of quality 80, in one thread. All ways take
turns in one process, and the least of all rounds counts: other work on the machine weighs on all of them alike.
"""

import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

# Before the libraries are imported: one thread for libvips, and what the Dockerfile sets for Pillow.
os.environ |= {"VIPS_CONCURRENCY": "1", "PILLOW_BLOCKS_MAX": "8"}
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "containers/image_resize"), str(ROOT / "layers/backroom")]

import numpy as np  # noqa: E402
import pyvips  # noqa: E402
from imaging.opening import open_image  # noqa: E402
from imaging.params import Params  # noqa: E402
from imaging.resizing import resize  # noqa: E402
from imaging.room import Room  # noqa: E402
from imaging.scaling import cascade  # noqa: E402
from PIL import Image, ImageOps  # noqa: E402
from skimage.metrics import structural_similarity  # noqa: E402

WIDTHS = (1600, 800, 400, 160)
PARAMS = Params(WIDTHS)
ROOM = Room(1 << 30)
TALL = 10_000_000
LANCZOS = Image.Resampling.LANCZOS
Way = Callable[[bytes], list[bytes]]


def vips_usual(body: bytes) -> list[bytes]:
    """libvips: a thumbnail of the file for every size."""
    sizes = (pyvips.Image.thumbnail_buffer(body, width, height=TALL, size="down") for width in WIDTHS)
    return [size.jpegsave_buffer(Q=80, keep="none") for size in sizes]


def vips_cascade(body: bytes) -> list[bytes]:
    """libvips: decoded once with shrink-on-load, each size from the next larger."""
    image = pyvips.Image.thumbnail_buffer(body, WIDTHS[0], height=TALL, size="down").copy_memory()
    files = []
    for width in WIDTHS:
        image = image.thumbnail_image(width, height=TALL, size="down").copy_memory()
        files.append(image.jpegsave_buffer(Q=80, keep="none"))
    return files


def pillow_usual(body: bytes) -> list[bytes]:
    """Pillow: opened once, every size from the full image."""
    full = ImageOps.exif_transpose(Image.open(io.BytesIO(body)))
    assert full is not None
    full = full.convert("RGB")
    return [jpeg(full.resize(size_for(full.size, width), LANCZOS)) for width in WIDTHS]


def pillow_cascade(body: bytes) -> list[bytes]:
    """Pillow: draft mode, each size from the next larger by Pillow's own filter."""
    image = Image.open(io.BytesIO(body))
    upright = ImageOps.exif_transpose(image) if image.getexif().get(0x0112, 1) > 1 else None
    if upright is None:
        image.draft("RGB", size_for(image.size, WIDTHS[0]))
    current, files = (upright or image).convert("RGB"), []
    for width in WIDTHS:
        current = current.resize(size_for(current.size, width), LANCZOS)
        files.append(jpeg(current))
    return files


def shipped(body: bytes) -> list[bytes]:
    """image_resize as it ships."""
    return [size.body for size in resize(body, PARAMS, ROOM)]


def plain_tables(body: bytes) -> list[bytes]:
    """image_resize with libjpeg's standard Huffman tables, as libvips and sharp write them by default."""
    import imaging.resizing as module

    ours, module.encode = module.encode, lambda image, _: jpeg(image)
    try:
        return shipped(body)
    finally:
        module.encode = ours


def jpeg(image: Image.Image) -> bytes:
    """A JPEG of quality 80 with standard tables."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def size_for(size: tuple[int, int], width: int) -> tuple[int, int]:
    """The size at that width, never larger."""
    width = min(width, size[0])
    return width, max(1, round(size[1] * width / size[0]))


def floor(body: bytes) -> Way:
    """Nothing but decoding at the scale that is needed and encoding the four sizes: what no resizing can beat."""
    decoded = open_image(body, WIDTHS[0]).image.convert("RGB")
    sizes = [image for _, image in cascade(decoded, decoded.size, WIDTHS)]

    def decode_and_encode(again: bytes) -> list[bytes]:
        open_image(again, WIDTHS[0]).image.load()
        return [jpeg(size) for size in sizes]

    return decode_and_encode


def photographs() -> Iterator[tuple[str, bytes]]:
    """Demo photographs as they come, and two made of one of them: baseline, upright, at 12 and at 2 million pixels."""
    names = ["bergblick/sunset.jpg", "bergblick/picos-de-europa.jpg", "kontor/bridge.jpg", "solo/dandelions.jpg"]
    for name in names:
        tenant, _, file = name.partition("/")
        yield file, (ROOT / "examples/tenants" / tenant / "images" / file).read_bytes()
    detailed = Image.open(ROOT / "examples/tenants/solo/images/dandelions.jpg")
    for label, size in (("12 Mpx", (4616, 2596)), ("2 Mpx", (1920, 1080))):
        out = io.BytesIO()
        detailed.resize(size, LANCZOS).save(out, "JPEG", quality=90)
        yield label, out.getvalue()


def cpu(way: Way, body: bytes) -> float:
    """CPU milliseconds of one go."""
    before = time.process_time()
    way(body)
    return (time.process_time() - before) * 1000


def likeness(files: list[bytes], body: bytes) -> tuple[float, float]:
    """SSIM (of luminance) of the largest and the smallest size with Lanczos from the full image."""
    full = ImageOps.exif_transpose(Image.open(io.BytesIO(body)))
    assert full is not None
    scores = []
    for file in (files[0], files[-1]):
        made = Image.open(io.BytesIO(file)).convert("L")
        reference = full.convert("RGB").resize(made.size, LANCZOS).convert("L")
        scores.append(structural_similarity(np.asarray(made), np.asarray(reference), data_range=255))
    return scores[0], scores[1]


def sharp(body: bytes, rounds: int) -> dict[str, float]:
    """CPU milliseconds of sharp's ways; nothing where sharp is not installed."""
    if not shutil.which("node"):
        return {}
    with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
        file.write(body)
        file.flush()
        command = ["node", str(ROOT / "bench/sharp_resize.mjs"), file.name, str(rounds), *map(str, WIDTHS)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return {f"sharp, {name}": value for name, value in json.loads(done.stdout).items()} if done.returncode == 0 else {}


def measure(body: bytes, rounds: int) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """CPU milliseconds and likeness of every way."""
    ways: dict[str, Way] = {
        "libvips, per size (usual)": vips_usual,
        "libvips, cascade": vips_cascade,
        "Pillow, per size (usual)": pillow_usual,
        "Pillow, draft + cascade": pillow_cascade,
        "image_resize, standard tables": plain_tables,
        "**image_resize, as shipped**": shipped,
        "floor: decode + encode": floor(body),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            best[name] = min(best[name], cpu(way, body))
    alike = {name: likeness(way(body), body) for name, way in ways.items() if not name.startswith("floor")}
    return best | sharp(body, rounds), alike


def main() -> None:
    """Print a table of every photograph and one of all."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    libraries = f"Pillow {Image.__version__}, libvips {pyvips.version(0)}.{pyvips.version(1)}"
    print(f"{datetime.now(UTC):%Y-%m-%d}; {machine}; {libraries}; least CPU of {rounds} rounds\n")
    times, scores = {}, {}
    for name, body in photographs():
        times[name], scores[name] = measure(body, rounds)
    print("| way | " + " | ".join(f"x {name}" for name in times) + " | x all | SSIM 1600 | SSIM 160 |")
    print("|---|" + "---|" * (len(times) + 3))
    usual = "libvips, per size (usual)"
    for way in next(iter(times.values())):
        cells = [f"{photo[usual] / photo[way]:.2f}" for photo in times.values()]
        total = sum(photo[usual] for photo in times.values()) / sum(photo[way] for photo in times.values())
        alike = [scores[name].get(way) for name in scores]
        means = [f"{np.mean([pair[end] for pair in alike if pair]):.4f}" if any(alike) else "" for end in (0, 1)]
        print(f"| {way} | {' | '.join(cells)} | {total:.2f} | {means[0]} | {means[1]} |")
    print("\nCPU ms an image of the usual libvips: " + ", ".join(f"{n} {t[usual]:.0f}" for n, t in times.items()))


if __name__ == "__main__":
    main()
