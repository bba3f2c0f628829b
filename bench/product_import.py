"""From a merchant's CSV to PostgreSQL: this job's way, the usual way by hand, and what the database alone takes.

usage: .venv/bin/python -m bench.product_import [ROWS...]     (200000 1000000; needs PostgreSQL, as the tests do)

One row in a hundred is bad. `limit` is COPY of rows that were made ready before and an upsert of all of them, chunk
by chunk, which says neither what is bad nor what has changed; `ours` reads, checks, compares, merges and removes; `by
hand` is csv.DictReader, checks in Python and executemany of an upsert, a thousand rows at a time. Each is a process of
its own on emptied tables; the ways take turns, and the least time of two rounds counts (of a feed of 500,000 rows and
more there is one round). `again` is the next night's feed, in which one row in twenty has changed, on the catalogue as
it is then. CPU is the client's and that of its server process; x = share of the limit's speed.
"""

import csv
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "containers/product_import"), str(ROOT / "layers/backroom")]

import psycopg  # noqa: E402
from backroom.catalogue.database import text  # noqa: E402
from backroom.catalogue.model import ProductRow  # noqa: E402
from backroom.catalogue.postgres import PostgresCatalogue  # noqa: E402
from backroom.catalogue.statements import PRODUCT  # noqa: E402
from backroom.worker.database import create_tables  # noqa: E402
from product_import.chunks import Choice, in_chunks  # noqa: E402
from product_import.merging import CHUNK, Import, merge  # noqa: E402
from product_import.params import parse_params  # noqa: E402
from product_import.sifting import mind_rejects, sift  # noqa: E402

from bench.database import in_own_process, main, most_memory, server_cpu  # noqa: E402

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
PARAMS = parse_params({"feed": {"key": "feed"}, "catalogue": "postgres", "currency": "EUR"})
ROUNDS, HAND, LARGE = 2, 1_000, 500_000
AGAIN = "again"
FIELDS = ("sku", "title", "url", "description", "price", "stock", "brand", "category", "gtin", "images")
UPSERT = (
    "INSERT INTO products (tenant, sku, title, url, description, price_units, currency, stock, stock_at, brand, "
    "category, gtin, images, attributes, updated_at) VALUES "
    "('t', %s, %s, %s, %s, %s, 'EUR', %s, %s, %s, %s, %s, %s, '{}', %s) "
    "ON CONFLICT (tenant, sku) DO UPDATE SET title = excluded.title, url = excluded.url, "
    "description = excluded.description, price_units = excluded.price_units, stock = excluded.stock, "
    "brand = excluded.brand, category = excluded.category, gtin = excluded.gtin, images = excluded.images, "
    "updated_at = excluded.updated_at"
)


UPSERT_STAGED = (
    f"INSERT INTO products (tenant, {PRODUCT}, updated_at) SELECT :tenant, {PRODUCT}, :now FROM staged "  # noqa: S608
    f"ON CONFLICT (tenant, sku) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in ProductRow._fields)}, "
    "updated_at = excluded.updated_at"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a way took."""

    seconds: float
    client: float
    """CPU seconds."""
    server: float
    memory: float
    """MB at most."""
    rows: int
    """In the catalogue."""


def write_feed(path: Path, rows: int, every: int = 0) -> None:
    """Write a feed of some 230 bytes a row; every hundredth row has a price that is none, EVERY-th another brand."""
    draw = random.Random(1)
    words = ["espresso", "linen", "walnut", "kettle", "sweater", "lamp", "ceramic", "oak", "bicycle", "raincoat"]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        for number in range(rows):
            title, price = " ".join(draw.choices(words, k=3)), f"{draw.randrange(1, 90_000) / 100:.2f}"
            link = f"https://shop.example/p/{title.replace(' ', '-')}-{number}"
            image = f"https://img.shop.example/{number}.jpg"
            brand = "Another" if every and number % every == 0 else "Maker"
            told = ["NaN" if number % 100 == 99 else price, draw.randrange(200), brand, "Home > Living"]
            writer.writerow(
                [f"SKU-{number:07}", title, link, " ".join(draw.choices(words, k=8)), *told, _gtin(number), image]
            )


def _gtin(number: int) -> str:
    digits = f"{400000000000 + number}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def ours(feed: Path, folder: Path, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Do what the stage does between the feed on disk and the catalogue."""
    sifted = sift(feed, folder, PARAMS, text(NOW))
    mind_rejects(sifted, 0.1)
    merge(PostgresCatalogue("t", connection), sifted, PARAMS, Import(text(NOW), NOW, lambda _connection: None))


class _Ready:
    """Rows that are CSV already."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        raise NotImplementedError("COPY takes it as it is")

    def csv(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while piece := file.read(1 << 20):
                yield piece


def limit(feed: Path, _folder: Path, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """COPY all, and upsert all of it, chunk by chunk, in the fewest statements."""
    catalogue = PostgresCatalogue("t", connection)
    for path in sorted(feed.parent.glob("ready-*.csv")):
        with catalogue.transaction():
            catalogue.stage(connection, "staged", _Ready(path))
            catalogue.execute(connection, UPSERT_STAGED, now=text(NOW))


def by_hand(feed: Path, _folder: Path, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Do it row by row, as one writes it."""
    with feed.open(newline="") as file, connection.transaction(), connection.cursor() as cursor:
        connection.execute("SELECT set_config('backroom.tenant', 't', true)")
        some: list[tuple[object, ...]] = []
        for row in csv.DictReader(file):
            if (values := _checked(row)) is not None:
                some.append(values)
            if len(some) == HAND:
                cursor.executemany(UPSERT, some)
                some = []
        cursor.executemany(UPSERT, some)


def _checked(row: dict[str, str]) -> tuple[object, ...] | None:
    try:
        price, stock = Decimal(row["price"]), int(row["stock"])
    except (InvalidOperation, ValueError):
        return None
    digits = [int(digit) for digit in row["gtin"]]
    check = sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10
    if not price.is_finite() or price < 0 or stock < 0 or not row["sku"] or not row["title"] or check:
        return None
    if not row["url"].startswith("https://") or not row["images"].startswith("https://"):
        return None
    units, at = int(price * 10_000), text(NOW)
    about = (row["brand"], row["category"], row["gtin"], json.dumps([row["images"]]))
    return row["sku"], row["title"], row["url"], row["description"], units, stock, at, *about, at


WAYS: dict[str, Callable[[Path, Path, "psycopg.Connection[tuple[object, ...]]"], None]] = {
    "limit": limit,
    "ours": ours,
    "by hand": by_hand,
}


def run_way(name: str, feed: Path, dsn: str) -> None:
    """Run one way in this process, and print what it took; the night after that of an emptied catalogue is `again`."""
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(dsn, autocommit=True) as connection:
        if feed.parent.name != AGAIN:
            connection.execute("TRUNCATE products, catalogue_versions")
        process = connection.info.backend_pid
        server_before, client_before, began = server_cpu(process), time.process_time(), time.perf_counter()
        WAYS[name](feed, Path(folder), connection)
        took = time.perf_counter() - began, time.process_time() - client_before, server_cpu(process) - server_before
        print(json.dumps([*took, most_memory(), PostgresCatalogue("t", connection).count()]))


def measured(name: str, feed: Path, dsn: str) -> Measured:
    """Run a way in a process of its own."""
    return Measured(*in_own_process("product_import", name, feed, dsn))


def make_ready(feed: Path, folder: Path) -> None:
    """Write the good rows as COPY takes them, a file a chunk."""
    sifted = sift(feed, folder, PARAMS, text(NOW))
    for number, chunk in enumerate(in_chunks(sifted.parts, Choice(sifted.left_out), CHUNK)):
        (feed.parent / f"ready-{number:04}.csv").write_bytes(b"".join(chunk.csv()))


def compare(rows: int, dsn: str) -> None:
    """Print a line a way and night for feeds of so many rows."""
    with tempfile.TemporaryDirectory() as outer:
        first, again = (Path(outer) / name / "feed.csv" for name in ("first", AGAIN))
        for feed, every in ((first, 0), (again, 20)):
            feed.parent.mkdir()
            write_feed(feed, rows, every)
            with tempfile.TemporaryDirectory() as inner:
                make_ready(feed, Path(inner))
        found: dict[str, list[Measured]] = {}
        for _ in range(ROUNDS if rows < LARGE else 1):
            for name in WAYS:
                found.setdefault(name, []).append(measured(name, first, dsn))
                found.setdefault(f"{name}, again", []).append(measured(name, again, dsn))
        size = first.stat().st_size / 1e6
    print(f"\n{rows:,} rows, {size:.0f} MB")
    columns = "| way | s | x | CPU s: client | server | x by CPU | server x | thousand rows/s | MB | rows that are in |"
    print(f"{columns}\n{'|---' * 10}|")
    for name, results in found.items():
        show(name, results, found["limit, again" if name.endswith("again") else "limit"], rows)


def show(name: str, results: list[Measured], limits: list[Measured], rows: int) -> None:
    """Print the line of a way."""
    one, limit = (min(some, key=lambda each: each.seconds) for some in (results, limits))
    cpu, least = (min(each.client + each.server for each in some) for some in (results, limits))
    print(
        f"| {name} | {one.seconds:.1f} | {limit.seconds / one.seconds:.2f} | {one.client:.1f} | {one.server:.1f} | "
        f"{least / cpu:.2f} | {limit.server / one.server:.2f} | {rows / one.seconds / 1000:.0f} | {one.memory:.0f} | "
        f"{one.rows:,} |"
    )


def compare_all(dsn: str, numbers: Sequence[int]) -> None:
    """Measure, for each number of rows."""
    with psycopg.connect(dsn) as connection:
        create_tables(connection)
    for rows in numbers:
        compare(rows, dsn)


if __name__ == "__main__":
    main(run_way, compare_all, "200000 1000000")
