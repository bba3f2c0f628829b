"""The job as the worker runs it, in this process, so that the web and the time may be the test's own."""

import csv
import io
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from backroom.catalogue.sqlite import SqliteCatalogue
from backroom.worker.log import Log
from backroom.worker.run import Surroundings, perform
from backroom.worker.web import Web
from stock_import.work import import_stock

from tests.integration.catalogue.rows import bring, product
from tests.integration.worker.cloud import KEYS, RUN, RUNS, Cloud, portion

TENANT, KEY = "backroom-t", "feeds/stock.csv"
CATALOGUE = "shop/catalogue.sqlite"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
JOB = replace(RUN, job="stock_import")


class Shop:
    """A tenant whose feeds are imported by one run after another, ten minutes later each."""

    def __init__(self, cloud: Cloud, **params: Any) -> None:
        self.cloud, self.runs = cloud, 0
        self.params = {"feed": {"key": KEY}} | params
        cloud.make_bucket(TENANT)

    def put(self, body: str, key: str = KEY) -> None:
        self.cloud.put(TENANT, f"shop/{key}", body.encode())

    def stock(self, folder: Path, *skus: str) -> None:
        """Put a catalogue there, with one piece of each product at 9.99 EUR."""
        catalogue = SqliteCatalogue("t", folder / "made.sqlite")
        bring(catalogue, *map(product, skus))
        self.cloud.put(TENANT, CATALOGUE, catalogue.path.read_bytes())

    def run(self, *items: str, web: Web | None = None) -> int:
        """Give the exit code."""
        self.runs += 1
        listed = [[item, str(self.runs), 1] for item in items or (KEY,)]
        self.cloud.plan([portion(7, "t", listed, prefix="shop/", params=self.params)])
        self.layout = replace(JOB, run=f"stock_import-20261127T12{self.runs:02}00Z-0001")
        for written, read in ((RUN.manifest(1), self.layout.manifest(1)), (RUN.index(1), self.layout.index(1))):
            self.cloud.s3.copy_object(Bucket=RUNS, CopySource=f"{RUNS}/{written}", Key=read)
        environment = self.cloud.environment(
            BACKROOM_JOB=self.layout.job, BACKROOM_RUN=self.layout.run, BACKROOM_ITEM_TOLERANCE="0.9"
        )
        around = Surroundings(environment, Log(lambda _: None, lambda: 0.0), threading.Event(), exit_now=lambda _: None)
        now = NOW + self.runs * timedelta(minutes=10)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in KEYS.items():
                patch.setenv(name, value)
            return int(perform(lambda one, work: import_stock(one, work, web or Web(), lambda: now), around))

    def report(self, item: str = KEY) -> Mapping[str, Any]:
        return orjson.loads(self.cloud.get(TENANT, f"shop/stock/{item}/report.json"))  # type: ignore[no-any-return]

    def rejects(self, item: str = KEY) -> list[tuple[str, ...]]:
        """Give row, column, value and reason of the list."""
        body = self.cloud.get(TENANT, f"shop/stock/{item}/rejects.csv").decode("utf-8-sig")
        return [tuple(row)[:4] for row in csv.reader(io.StringIO(body))][1:]

    def failure(self) -> Mapping[str, Any]:
        (failure,) = self.cloud.read(self.layout.attempt(7, 1, 1))["failures"]
        return failure  # type: ignore[no-any-return]

    def found(self, folder: Path) -> dict[str, tuple[int | None, str]]:
        """Give stock and price by SKU."""
        path = folder / f"read-{self.runs}.sqlite"
        path.write_bytes(self.cloud.get(TENANT, CATALOGUE))
        return {one.sku: (one.stock, str(one.price)) for one in SqliteCatalogue("t", path).products()}
