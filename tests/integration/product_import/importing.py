"""The stage as the worker runs it, in this process, so that the web may be the test's own."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from backroom.catalogue.database import Catalogue
from backroom.catalogue.model import Product
from backroom.catalogue.sqlite import SqliteCatalogue
from backroom.worker.attempt import Job
from backroom.worker.declared import Items
from backroom.worker.log import Log
from backroom.worker.run import Surroundings, perform
from backroom.worker.web import Web
from product_import.stage import fetch

from tests.integration.worker.cloud import KEYS, RUN, RUNS, Cloud, portion

TENANT = "backroom-t"
KEY = "shop/feeds/products.csv"
STAGE = replace(RUN, job="product_import", stage="fetch")
HEADER = "sku;title;price;stock\n"


class Shop:
    """A tenant whose feed is imported by one run after another, each an hour later."""

    def __init__(self, cloud: Cloud, **params: Any) -> None:
        self.cloud, self.runs = cloud, 0
        self.params = {"feed": {"key": "feeds/products.csv"}, "currency": "EUR"} | params
        self.logged: list[dict[str, Any]] = []
        cloud.make_bucket(TENANT)

    def put(self, body: bytes | str) -> None:
        self.cloud.put(TENANT, KEY, body if isinstance(body, bytes) else body.encode())

    def run(self, web: Web | None = None, attempt: int = 1) -> int:
        """Give the exit code of the first stage, in a run of its own unless it is a later attempt."""
        if attempt == 1:
            self.begin()
        return self.stage("fetch", partial(fetch, web=web or Web()), attempt)

    def begin(self) -> None:
        """Plan another run."""
        self.runs += 1
        fingerprint = sha256(orjson.dumps(self.params)).hexdigest()[:12]
        item = ["feed", str(self.runs), 1]
        self.cloud.plan([portion(7, "t", [item], prefix="shop/", params=self.params, fingerprint=fingerprint)])
        self.layout = replace(STAGE, run=f"product_import-20261127T{self.runs:02}0000Z-0001")
        for written, read in ((RUN.manifest(1), self.layout.manifest(1)), (RUN.index(1), self.layout.index(1))):
            self.cloud.s3.copy_object(Bucket=RUNS, CopySource=f"{RUNS}/{written}", Key=read)

    def stage(self, name: str, job: Job, attempt: int = 1, items: Items | None = None) -> int:
        """Give the exit code of a stage of the run; `layout` is then its own."""
        self.layout = replace(self.layout, stage=name)
        environment = self.cloud.environment(
            BACKROOM_JOB=self.layout.job,
            BACKROOM_RUN=self.layout.run,
            BACKROOM_STAGE=name,
            BACKROOM_ITEM_TOLERANCE="0" if name == "fetch" else "0.5",
            AWS_BATCH_JOB_ATTEMPT=str(attempt),
        )
        log = Log(lambda line: self.logged.append(orjson.loads(line)), lambda: 0.0)
        around = Surroundings(environment, log, threading.Event(), exit_now=lambda _: None)
        with pytest.MonkeyPatch.context() as patch:
            for variable, value in KEYS.items():
                patch.setenv(variable, value)
            return int(perform(job, around, items=items))

    def summary(self) -> Mapping[str, Any]:
        return orjson.loads(self.cloud.get(RUNS, self.layout.handover(7, "summary.json")))  # type: ignore[no-any-return]

    def failure(self) -> Mapping[str, Any]:
        """Give what is said of the item that failed."""
        (failure,) = self.cloud.read(self.layout.attempt(7, 1, 1))["failures"]
        return failure  # type: ignore[no-any-return]

    def products(self, folder: Path) -> dict[str, Product]:
        """Give what is in the catalogue in the bucket."""
        path = folder / f"read-{self.runs}.sqlite"
        path.write_bytes(self.cloud.get(TENANT, "shop/catalogue.sqlite"))
        return products(SqliteCatalogue("t", path))


def products(catalogue: Catalogue) -> dict[str, Product]:
    return {product.sku: product for product in catalogue.products()}


def lines(*rows: str) -> str:
    return HEADER + "".join(f"{row}\n" for row in rows)
