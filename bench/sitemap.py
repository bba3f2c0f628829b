"""Thousand URLs a second of one core, from a catalogue's rows to compressed sitemap files, against usual ways.

usage: .venv-bench/bin/python bench/sitemap.py [URLS]     (make bench)

Every way gets the same rows (path, time of the last change, images as JSON, SKU) and gives gzip files of 50,000 URLs;
`plain` has no images, `extended` has four of each product. All ways take turns in one process; the least CPU time of
three rounds counts; x = speed against the usual way, f-strings with `xml.sax.saxutils.escape` and zlib's level 6. The
slow ways get fewer rows. At the end the job's inner loop from a catalogue's SQLite file on, with its memory (Linux).
"""

import gzip
import io
import json
import platform
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "containers/sitemap"), str(ROOT / "layers/backroom")]

import django  # noqa: E402
from backroom.catalogue.sqlite import SqliteCatalogue, migrate  # noqa: E402
from django.conf import settings  # noqa: E402
from django.template import Context, Engine  # noqa: E402
from lxml import etree  # noqa: E402
from sitemap.addresses import Host  # noqa: E402
from sitemap.blocks import Block  # noqa: E402
from sitemap.files import files  # noqa: E402
from sitemap.robots import Robots  # noqa: E402
from sitemap.selection import Selection  # noqa: E402

Row = tuple[str, str, str, str]
Way = Callable[[list[Row]], list[bytes]]
PRODUCTS = 300_000
HOST, ROUNDS, FILE, SLOW = "shop.example.com", 3, 50_000, 10
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
OPEN = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}" xmlns:image="{IMAGE}">\n'
ROBOTS = "User-agent: *\nDisallow: /cart\nDisallow: /account\nDisallow: /*?sort=\nSitemap: https://shop.example.com/sitemap.xml\n"
# The template of django.contrib.sitemaps, with images.
TEMPLATE = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
{% for url in urlset %}<url><loc>{{ url.location }}</loc>{% if url.lastmod %}<lastmod>{{ url.lastmod }}</lastmod>{% endif %}{% for image in url.images %}<image:image><image:loc>{{ image }}</image:loc></image:image>{% endfor %}</url>
{% endfor %}</urlset>
"""  # noqa: E501


def rows(count: int, images: int) -> list[Row]:
    """Make the rows of a catalogue; every one was changed at another time."""
    draw, begin = random.Random(1), datetime(2026, 1, 1, tzinfo=UTC)
    words = ["espresso", "linen", "walnut", "kettle", "sweater", "lamp", "ceramic", "oak", "bicycle", "raincoat"]
    return [
        (
            f"/products/{'-'.join(draw.sample(words, 3))}-{number}",
            f"{begin + timedelta(seconds=draw.random() * 3e7):%Y-%m-%dT%H:%M:%S.%fZ}",
            json.dumps(
                [f"https://cdn.example.com/{draw.choice(words)}/{number}-{at}.jpg?w=800" for at in range(images)]
            ),
            f"{number:09}",
        )
        for number in range(count)
    ]


def cut(some: list[Row]) -> Iterator[list[Row]]:
    """Yield as many rows as go into one file."""
    return (some[at : at + FILE] for at in range(0, len(some), FILE))


def blocks(some: Iterable[list[Row]], robots: str = ROBOTS) -> Iterator[Block]:
    """Choose what the job chooses."""
    return Selection(Host(HOST), Robots(robots)).products(some)


def shipped(some: list[Row]) -> list[bytes]:
    """sitemap: as shipped, with its checks of every address and against robots.txt."""
    return [file.body for file in files(blocks(some[at : at + 5_000] for at in range(0, len(some), 5_000)))]


def usual(some: list[Row]) -> list[bytes]:
    """An f-string for each URL, no checks."""

    def one(row: Row) -> str:
        path, when, images, _ = row
        shown = "".join(
            f"<image:image><image:loc>{escape(image)}</image:loc></image:image>" for image in json.loads(images)
        )
        return f"<url><loc>{escape(f'https://{HOST}{path}')}</loc><lastmod>{when[:19]}Z</lastmod>{shown}</url>\n"

    texts = ("".join([OPEN, *map(one, part), "</urlset>\n"]) for part in cut(some))
    return [gzip.compress(text.encode(), 6) for text in texts]


def lxml_file(some: list[Row]) -> list[bytes]:
    """lxml's incremental writer."""
    return [_lxml(part) for part in cut(some)]


def _lxml(part: list[Row]) -> bytes:
    body = io.BytesIO()
    with gzip.GzipFile(fileobj=body, mode="wb", compresslevel=6) as packed, etree.xmlfile(packed) as xml:
        names = {None: NAMESPACE, "image": IMAGE}
        with xml.element(f"{{{NAMESPACE}}}urlset", nsmap=names):
            for path, when, images, _ in part:
                url = etree.Element(f"{{{NAMESPACE}}}url")
                etree.SubElement(url, f"{{{NAMESPACE}}}loc").text = f"https://{HOST}{path}"
                etree.SubElement(url, f"{{{NAMESPACE}}}lastmod").text = f"{when[:19]}Z"
                for image in json.loads(images):
                    shown = etree.SubElement(url, f"{{{IMAGE}}}image")
                    etree.SubElement(shown, f"{{{IMAGE}}}loc").text = image
                xml.write(url)
    return body.getvalue()


def django_template(some: list[Row]) -> list[bytes]:
    """Django's template of sitemaps."""
    template = Engine().from_string(TEMPLATE)
    found = []
    for part in cut(some):
        urlset = [
            {"location": f"https://{HOST}{path}", "lastmod": f"{when[:19]}Z", "images": json.loads(images)}
            for path, when, images, _ in part
        ]
        found.append(gzip.compress(template.render(Context({"urlset": urlset})).encode(), 6))
    return found


def rates(ways: dict[str, tuple[Way, list[Row]]]) -> dict[str, float]:
    """Give thousand URLs a second of CPU time."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, (way, some) in ways.items():
            began = time.process_time()
            way(some)
            best[name] = min(best[name], (time.process_time() - began) / len(some))
    return {name: 1e-3 / seconds for name, seconds in best.items()}


def stored(some: list[Row], folder: Path) -> SqliteCatalogue:
    """Write a catalogue of the rows."""
    catalogue = SqliteCatalogue("shop", folder / "catalogue.sqlite")
    with sqlite3.connect(catalogue.path) as connection:
        migrate(connection)
        connection.executemany(
            "INSERT INTO products VALUES ('shop', ?, 'A product', ?, ?, 999, 'EUR', 1, '', 'b', '', '', ?, '{}', ?)",
            ((sku, path, "A description. " * 15, images, when) for path, when, images, sku in some),
        )
    connection.close()
    return catalogue


def whole(path: str) -> None:
    """Print what the job's inner loop does from the file of a catalogue on; in a process of its own, for its memory."""
    catalogue = SqliteCatalogue("shop", Path(path))
    before, began = peak(), time.process_time()
    found = list(files(blocks(catalogue.shown())))
    seconds, count = time.process_time() - began, sum(file.urls for file in found)
    packed = sum(len(file.body) for file in found) / 1e6
    print(
        f"  {count:,} URLs: {seconds:.2f} s, {count / seconds / 1e3:,.0f} thousand URLs/s; {len(found)} files of "
        f"{packed:.1f} MB in all; peak memory {peak():.0f} MB, {before:.0f} before"
    )


def peak() -> float:
    """Give the most memory that this process had, in MB; what getrusage says is also that of who started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Print the tables."""
    settings.configure()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    print(
        f"{platform.machine()}, Python {platform.python_version()}, "
        f"Django {django.__version__}, lxml {etree.__version__}"
    )
    made = {"plain": rows(count, 0), "extended": rows(count, 4)}
    for name, some in made.items():
        few = some[: len(some) // SLOW]
        ways = {"usual": (usual, some), "lxml.xmlfile": (lxml_file, few), "Django's template": (django_template, few)}
        found = rates({"sitemap, as shipped": (shipped, some)} | ways)
        print(f"\n{name}: thousand URLs/s, x usual, bytes a URL")
        for way, rate in found.items():
            packed = sum(map(len, ({"sitemap, as shipped": (shipped, few)} | ways)[way][0](few)))
            print(f"  {way:20} {rate:8,.0f} {rate / found['usual']:6.2f} {packed / len(few):6.1f}")
    for name, images in {"plain": 0, "extended": 4}.items():
        with tempfile.TemporaryDirectory() as folder:
            path = stored(rows(PRODUCTS, images), Path(folder)).path
            print(f"\nfrom a catalogue.sqlite of {path.stat().st_size / 1e6:.0f} MB, {name}:", flush=True)
            subprocess.run([sys.executable, __file__, str(path)], check=True)


if __name__ == "__main__":
    whole(sys.argv[1]) if sys.argv[1:] and not sys.argv[1].isdecimal() else main()
