"""From a feed of deltas to a catalogue: this job's way, and the usual way by hand; and what a small portion takes.

usage: .venv/bin/python -m bench.stock_import [ROWS...]     (1000 100000; needs PostgreSQL, as the tests do)

`ours` reads the feed, checks each row, keeps of each product the newest, and applies it behind the same rule in the
catalogue; `by hand` is csv.DictReader, int() and Decimal(), and executemany of an UPDATE with that rule, a thousand
rows at a time; it tells neither bad rows nor unknown SKUs. Both in PostgreSQL and in a SQLite file, on a catalogue of
100,000 products, each a process of its own; the ways take turns, and the least of three rounds counts. `start` is a
process that imports what the job imports, and does nothing: what a portion costs before it begins. CPU is the
client's and that of its server process.
"""

import csv
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "containers/stock_import"), str(ROOT / "layers/backroom")]

from bench.database import in_own_process, main, most_memory, server_cpu  # noqa: E402

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
PRODUCTS, ROUNDS, HAND = 100_000, 3, 1_000
UPDATE = (
    "UPDATE products SET stock = {0}, price_units = {0}, stock_at = {0}, updated_at = {0} "
    "WHERE tenant = 't' AND sku = {0} AND stock_at < {0}"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a way took: seconds, CPU seconds of client and server, and MB at most."""

    seconds: float
    client: float
    server: float
    memory: float


def write_feed(path: Path, rows: int, at: datetime) -> None:
    """Write deltas of products drawn at random; each product comes once."""
    draw = random.Random(rows)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("sku", "stock", "price", "currency", "timestamp"))
        for number in draw.sample(range(PRODUCTS), rows):
            price = f"{draw.randrange(1, 90_000) / 100:.2f}"
            writer.writerow((f"SKU-{number:07}", draw.randrange(500), price, "EUR", at.isoformat()))


def ours(feed: Path, catalogue: Any, _connection: Any) -> None:
    """Do what the job does between the feed on disk and the catalogue."""
    from stock_import.deltas import Reader
    from stock_import.newest import Newest
    from stock_import.params import parse_params
    from stock_import.telling import Told
    from stock_import.work import _apply, _read

    told, newest = Told(), Newest()
    with tempfile.TemporaryDirectory() as folder:
        _read(feed, Path(folder), Reader(parse_params({"feed": {}}), NOW, NOW), told, newest)
    _apply(catalogue, newest.rounds(), NOW, lambda _connection: None, told)


def by_hand(feed: Path, _catalogue: Any, connection: Any) -> None:
    """Do it row by row, as one writes it."""
    update, some = UPDATE.format("?" if isinstance(connection, sqlite3.Connection) else "%s"), list[Any]()
    cursor = connection.cursor()
    with feed.open(newline="") as file:
        for row in csv.DictReader(file):
            at = f"{datetime.fromisoformat(row['timestamp']).astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
            some.append((int(row["stock"]), int(Decimal(row["price"]) * 10_000), at, at, row["sku"], at))
            if len(some) == HAND:
                cursor.executemany(update, some)
                some = []
    if some:
        cursor.executemany(update, some)


def start(_feed: Path, _catalogue: Any, _connection: Any) -> None:
    """Import what the container imports."""
    import stock_import.work  # noqa: F401


WAYS: dict[str, Callable[[Path, Any, Any], None]] = {"ours": ours, "by hand": by_hand, "start": start}


def run_way(name: str, feed: Path, place: str) -> None:
    """Run one way in this process, and print what it took."""
    if name != "by hand":
        start(feed, None, None)
    with opened(place) as (catalogue, connection, used):
        server, began = used(), time.perf_counter()
        with catalogue.transaction() if name == "by hand" else catalogue.one_piece() as inner:
            WAYS[name](feed, catalogue, inner if name == "by hand" else connection)
        took = time.perf_counter() - began
        print(json.dumps([took, time.process_time(), used() - server, most_memory()]))


@contextmanager
def opened(place: str) -> Iterator[tuple[Any, Any, Callable[[], float]]]:
    """Open a catalogue by its DSN or path; gives it, its connection, and what its server has used."""
    if "=" not in place:
        from backroom.catalogue.sqlite import SqliteCatalogue

        yield SqliteCatalogue("t", Path(place)), None, lambda: 0.0
        return
    import psycopg
    from backroom.catalogue.postgres import PostgresCatalogue

    with psycopg.connect(place, autocommit=True) as connection:
        process = connection.info.backend_pid
        yield PostgresCatalogue("t", connection), connection, lambda: server_cpu(process)


def measured(name: str, feed: Path, place: str) -> Measured:
    """Run a way in a process of its own."""
    return Measured(*in_own_process("stock_import", name, feed, place))


def fill(place: str) -> None:
    """Put the products into an empty catalogue."""
    from backroom.catalogue.model import ProductRow, TupleRows

    at = "2026-11-27T00:00:00.000000Z"
    about = ("A product", "https://shop.example/p", "Its description.", 99_900, "EUR", 1, at, "", "", "", "[]", "{}")
    rows = TupleRows(ProductRow(f"SKU-{number:07}", *about) for number in range(PRODUCTS))
    with opened(place) as (catalogue, connection, _):
        catalogue.merge(rows, NOW)
        if connection is not None:
            # As autovacuum does within minutes.
            connection.execute("VACUUM ANALYZE products")


def compare(rows: int, places: dict[str, str], folder: Path, later: Iterator[int]) -> None:
    """Print a line a way and catalogue for feeds of so many rows."""
    print(f"\n{rows:,} rows\n| catalogue | way | ms | x by hand | CPU ms: client | server | x by hand | MB |")
    print("|---" * 8 + "|")
    for kind, place in places.items():
        found: dict[str, list[Measured]] = {name: [] for name in WAYS}
        for _ in range(ROUNDS):
            for name, results in found.items():
                feed = folder / "feed.csv"
                write_feed(feed, rows, NOW - timedelta(hours=11) + timedelta(seconds=next(later)))
                results.append(measured(name, feed, place))
        show(kind, found)


def show(kind: str, found: dict[str, list[Measured]]) -> None:
    """Print the lines of a catalogue."""
    seconds = {name: min(one.seconds for one in results) for name, results in found.items()}
    cpu = {name: min(one.client + one.server for one in results) for name, results in found.items()}
    for name, results in found.items():
        one = min(results, key=lambda each: each.client + each.server)
        print(
            f"| {kind} | {name} | {seconds[name] * 1000:.0f} | {seconds['by hand'] / seconds[name]:.2f} | "
            f"{one.client * 1000:.0f} | {one.server * 1000:.0f} | {cpu['by hand'] / cpu[name]:.2f} | {one.memory:.0f} |"
        )


def compare_all(dsn: str, numbers: Sequence[int]) -> None:
    """Measure, for each number of rows."""
    with tempfile.TemporaryDirectory() as name:
        places = {"PostgreSQL": dsn, "SQLite file": f"{name}/catalogue.sqlite"}
        for place in places.values():
            fill(place)
        later = count()
        for rows in numbers:
            compare(rows, places, Path(name), later)


if __name__ == "__main__":
    main(run_way, compare_all, "1000 100000")
