"""A shop in memory: its catalogue, its bucket, and the job report on it."""

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

import obstore
import polars as pl
from backroom.catalogue.bucket_file import FILE
from backroom.catalogue.database import text
from backroom.catalogue.sqlite import migrate
from backroom.layout import RunLayout
from backroom.worker.bucket import Bucket
from backroom.worker.handover import Handovers
from backroom.worker.log import Log
from backroom.worker.outputs import Outputs, token
from backroom.worker.portion import Item, Portion
from backroom.worker.work import Work
from obstore.store import MemoryStore
from report.making import report
from report.products import frames
from report.wanted import parse_wanted

from tests.unit.sitemap.shop import Mortal

PREFIX = "shop/"
COLUMNS = (
    "tenant, sku, title, url, description, price_units, currency, stock, stock_at, brand, category, gtin, images, "
    "attributes, updated_at"
)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Kept(NamedTuple):
    """A product as a catalogue keeps it, as far as a report tells of it."""

    sku: str
    title: str = "A product"
    brand: str = "Brand"
    category: str = "Category"
    units: int | None = 19_900
    currency: str = "EUR"
    stock: int | None = 2
    changed: datetime | None = NOON


def catalogue(path: Path, products: Sequence[Kept]) -> Path:
    """Write a catalogue's file."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        migrate(connection)
        connection.executemany(
            f"INSERT INTO products ({COLUMNS}) VALUES ('shop', ?, ?, '', '', ?, ?, ?, '', ?, ?, '', '[]', '{{}}', ?)",  # noqa: S608
            ((k.sku, k.title, k.units, k.currency, k.stock, k.brand, k.category, text(k.changed)) for k in products),
        )
    return path


def brief(**told: Any) -> dict[str, Any]:
    """Give what the planner tells, of November 2026 in Berlin if nothing else is said."""
    return {
        "name": "Kontor & Co.",
        "month": "2026-11",
        "start": "2026-10-31T23:00:00+00:00",
        "end": "2026-11-30T23:00:00+00:00",
        "timezone": "Europe/Berlin",
        "activity": [],
    } | told


def framed(*products: Kept, **told: Any) -> pl.DataFrame:
    """Give products, one at least, as the job's frames have them."""
    rows = [(k.title, k.brand, k.category, k.units, k.currency, k.stock, text(k.changed), k.sku) for k in products]
    (frame,) = frames([rows], parse_wanted({"brief": brief(**told)}))
    return frame


@dataclass
class Shop:
    """A tenant whose reports are made."""

    folder: Path
    tenant: MemoryStore = field(default_factory=MemoryStore)
    params: dict[str, Any] = field(default_factory=lambda: {"brief": brief()})

    def stock(self, *products: Kept) -> None:
        """Put a catalogue of these into the bucket."""
        obstore.put(self.tenant, f"{PREFIX}{FILE}", catalogue(self.folder / FILE, products).read_bytes())

    def make(self, day: int = 1, version: str = "v", attempt: int = 1, mortal: Mortal | None = None) -> Work:
        """Do a run of that day."""
        month = self.params["brief"]["month"]
        portion = Portion(0, "shop", "b", PREFIX, self.params, "0" * 12, (Item(0, month, version, 1),), 1.0, "0" * 12)
        layout = RunLayout("report", f"report-204711{day:02}T120000Z-0001")
        bucket = Bucket("b", cast("Any", self.tenant), cast("Any", mortal or Mortal()))
        outputs = Outputs(bucket, token(layout.run, 1, attempt), portion.fingerprint)
        handovers = Handovers(replace(outputs, bucket=bucket), layout, portion)
        work = Work(portion, bucket, outputs, handovers, Log(lambda _: None, lambda: 0.0), threading.Event(), 0.0)
        report(portion, work)
        return work

    def get(self, name: str) -> bytes:
        """Read a file of the reports."""
        return bytes(obstore.get(self.tenant, f"{PREFIX}reports/{name}").bytes())

    def written(self) -> dict[str, tuple[str | None, datetime]]:
        """Give ETag and time of all files of the reports."""
        found = [entry for page in obstore.list(self.tenant, f"{PREFIX}reports") for entry in page]
        return {e["path"].removeprefix(f"{PREFIX}reports/"): (e["e_tag"], e["last_modified"]) for e in found}
