"""A shop's report out of its catalogue's file, against the usual ways: CPU time, memory, and what they leave out.

usage: .venv-bench/bin/python bench/report.py [PRODUCTS]     (make bench)

Every way reads the same catalogue.sqlite, counts products and stock values by category, brand and currency, and writes
all products as CSV and XLSX; the job also makes its page, and keeps formulas out of the CSV. Each runs in a process of
its own, by turns; the least CPU time of two rounds counts; x = CPU time of the usual way over the way's. At the end the
job alone, with ten times as many products (Linux).
"""

import csv
import platform
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "containers/report"), str(ROOT / "layers/backroom")]

ROUNDS, USUAL, SHIPPED = 2, "pandas", "report"
READ = "SELECT sku, title, brand, category, price_units, currency, stock, updated_at FROM products ORDER BY sku"
KEPT = (
    "tenant, sku, title, url, description, price_units, currency, stock, stock_at, brand, category, gtin, images, "
    "attributes, updated_at"
)
BRIEF = {
    "name": "Shop",
    "month": "2026-11",
    "start": "2026-10-31T23:00:00+00:00",
    "end": "2026-11-30T23:00:00+00:00",
    "timezone": "Europe/Berlin",
    "activity": [],
}


def stored(path: Path, count: int) -> None:
    """Write a catalogue of made-up products."""
    from backroom.catalogue.sqlite import migrate

    draw, begin = random.Random(1), datetime(2026, 1, 1, tzinfo=UTC)
    with closing(sqlite3.connect(path)) as connection, connection:
        migrate(connection)
        connection.executemany(
            f"INSERT INTO products ({KEPT}) VALUES ('shop', ?, ?, '/p', ?, ?, ?, ?, '', ?, ?, '', '[]', '{{}}', ?)",  # noqa: S608
            (
                (
                    f"{number:09}",
                    f"A product of an ordinary name, {number}",
                    "What it is. " * 15,
                    draw.randrange(100, 10**6),
                    draw.choice(["EUR", "EUR", "CHF"]),
                    draw.randrange(50),
                    f"Brand {draw.randrange(300)}",
                    f"Category {draw.randrange(60)}",
                    f"{begin + timedelta(seconds=draw.random() * 3e7):%Y-%m-%dT%H:%M:%S.%fZ}",
                )
                for number in range(count)
            ),
        )


def shipped(path: Path, folder: Path) -> None:
    """report: as shipped."""
    from backroom.catalogue.sqlite import SqliteCatalogue
    from report.page import report_page
    from report.parts import Parts
    from report.products import frames
    from report.tables import tables
    from report.tally import Tally
    from report.wanted import parse_wanted
    from report.workbook import Workbook

    wanted = parse_wanted({"brief": BRIEF})
    tally, parts, book = Tally(wanted), Parts(), Workbook(folder / "report.xlsx", wanted)
    with (folder / "products.csv").open("wb") as file:
        for frame in frames(SqliteCatalogue("shop", path).offered(), wanted):
            tally.add(frame)
            book.add(frame)
            file.writelines(parts.add(frame))
        file.writelines(parts.last(first=False))
    figures = tally.figures()
    told = tables(figures, wanted)
    book.finish(told)
    (folder / "report.html").write_bytes(report_page(wanted, figures, told, ["products.csv"]))


def pandas_frame(path: Path, folder: Path) -> None:
    """pandas: everything in one frame, `to_csv`, and `to_excel` by openpyxl."""
    import pandas

    with closing(sqlite3.connect(path)) as connection:
        frame = pandas.read_sql(READ, connection)
    frame["updated_at"] = pandas.to_datetime(frame["updated_at"]).dt.tz_convert("Europe/Berlin").dt.tz_localize(None)
    frame["price"] = frame["price_units"] / 10_000
    frame["value"] = frame["price"] * frame["stock"]
    for name in ("category", "brand"):
        frame.groupby([name, "currency"]).agg({"sku": "count", "value": "sum"})
    frame.groupby("currency")["price"].agg(["min", "max"])
    frame.to_csv(folder / "products.csv", index=False)
    frame.to_excel(folder / "report.xlsx", index=False, engine="openpyxl")


def row_by_row(path: Path, folder: Path) -> None:
    """openpyxl, write-only, and csv: row by row."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet, values = book.create_sheet("Products"), defaultdict[tuple[str, str], list[int]](lambda: [0, 0])
    with closing(sqlite3.connect(path)) as connection, (folder / "products.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        for sku, title, brand, category, units, currency, stock, at in connection.execute(READ):
            for name in (category, brand):
                sums = values[name, currency]
                sums[0], sums[1] = sums[0] + 1, sums[1] + units * stock
            row = [sku, title, brand, category, units / 1e4, currency, stock, units * stock / 1e4, at]
            writer.writerow(row)
            sheet.append(row)
    book.save(folder / "report.xlsx")


WAYS: dict[str, Callable[[Path, Path], None]] = {
    SHIPPED: shipped,
    USUAL: pandas_frame,
    "openpyxl, csv": row_by_row,
}


def measured(way: str, path: Path) -> tuple[float, float]:
    """Run a way in a process of its own; gives seconds of CPU and MB at its peak."""
    told = subprocess.run(
        [sys.executable, __file__, "--way", way, str(path)], check=True, capture_output=True, text=True
    ).stdout.split()
    return float(told[0]), float(told[1])


def one(way: str, path: str) -> None:
    """Do a way, and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        WAYS[way](Path(path), Path(folder))
        print(time.process_time() - began, peak())


def peak() -> float:
    """Give the most memory that this process had, in MB; what getrusage says is also that of who started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def lines(path: Path) -> Iterator[str]:
    """Yield a line for each way."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for _ in range(ROUNDS):
        for way in WAYS:
            found[way].append(measured(way, path))
    best = {way: (min(cpu for cpu, _ in took), max(mb for _, mb in took)) for way, took in found.items()}
    for way, (seconds, memory) in best.items():
        yield f"  {way:14} {seconds:7.1f} s {best[USUAL][0] / seconds:6.2f} {memory:8,.0f} MB"


def main(count: int) -> None:
    """Print the table."""
    print(f"{platform.machine()}, Python {platform.python_version()}; {count:,} products: CPU, x {USUAL}, memory")
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder) / "few.sqlite", Path(folder) / "many.sqlite"
        stored(few, count)
        print(*lines(few), sep="\n", flush=True)
        stored(many, 10 * count)
        seconds, memory = measured(SHIPPED, many)
        print(f"{10 * count:,} products: {SHIPPED} {seconds:.1f} s, {memory:,.0f} MB")


if __name__ == "__main__":
    one(*sys.argv[2:]) if sys.argv[1:2] == ["--way"] else main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
