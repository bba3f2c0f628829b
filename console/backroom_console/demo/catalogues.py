"""The demo tenants' catalogues: from products and pages as people write them to the file that jobs read."""

import csv
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
from backroom.catalogue.bucket_file import FILE
from backroom.catalogue.database import price_units
from backroom.catalogue.model import Page, ProductRow, TupleRows
from backroom.catalogue.sqlite import SqliteCatalogue

_ROBOTS = "robots.txt"


def files(folder: Path) -> Mapping[str, Callable[[], bytes]]:
    """Give the catalogue and the robots.txt of a tenant, each if there is one."""
    found: dict[str, Callable[[], bytes]] = {}
    if (folder / "catalogue").is_dir():
        found[FILE] = partial(_catalogue, folder.name, folder / "catalogue")
    if (folder / _ROBOTS).is_file():
        found[_ROBOTS] = (folder / _ROBOTS).read_bytes
    return found


def pages(folder: Path) -> Mapping[str, Callable[[], bytes]]:
    """Give a tenant's catalogue without products, which an import brings."""
    return {FILE: partial(_catalogue, folder.name, folder / "catalogue", with_products=False)}


def _catalogue(tenant: str, folder: Path, with_products: bool = True) -> bytes:
    with tempfile.TemporaryDirectory() as temporary:
        catalogue = SqliteCatalogue(tenant, Path(temporary) / FILE)
        products = sorted(_lines(folder, "products") if with_products else (), key=itemgetter("updated_at", "sku"))
        for changed, some in groupby(products, key=itemgetter("updated_at")):
            catalogue.merge(TupleRows(map(_row, some)), datetime.fromisoformat(changed))
        catalogue.put_pages([_page(page) for page in _lines(folder, "pages")])
        return catalogue.path.read_bytes()


def _lines(folder: Path, name: str) -> Iterator[Mapping[str, Any]]:
    """Yield what is in NAME.ndjson and NAME.csv, of those that are there."""
    lines, table = folder / f"{name}.ndjson", folder / f"{name}.csv"
    if lines.is_file():
        yield from map(orjson.loads, lines.read_bytes().splitlines())
    if table.is_file():
        with table.open(encoding="utf-8", newline="") as opened:
            for row in csv.DictReader(opened):
                yield row | {name: orjson.loads(row[name]) for name in ("images", "attributes")}


def _row(given: Mapping[str, Any]) -> ProductRow:
    stock = given.get("stock", "")
    return ProductRow(
        given["sku"],
        given["title"],
        given["url"],
        given.get("description", ""),
        price_units(Decimal(given["price"])),
        given["currency"],
        None if stock == "" else int(stock),
        given["updated_at"],
        given.get("brand", ""),
        given.get("category", ""),
        given.get("gtin", ""),
        orjson.dumps(given.get("images", [])).decode(),
        orjson.dumps(given.get("attributes", {})).decode(),
    )


def _page(given: Mapping[str, Any]) -> Page:
    return Page(
        given["path"],
        given.get("locale", ""),
        given["title"],
        datetime.fromisoformat(given["updated_at"]),
        given.get("noindex", False),
        given.get("alternates", {}),
        tuple(given.get("images", ())),
    )
