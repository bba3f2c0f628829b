"""A catalogue's rows as frames of Polars, some thousands of products each."""

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl
from backroom.worker import BadItem, BadParams
from polars.exceptions import ComputeError, PolarsError

from report.texts import all_legible
from report.wanted import Wanted

Rows = Iterable[list[Any]]
"""Pages of backroom.catalogue.model.OfferedRow."""
_TEXTS = ("title", "brand", "category", "currency", "sku")
_KEPT = {
    "title": pl.String,
    "brand": pl.String,
    "category": pl.String,
    "units": pl.Int64,
    "currency": pl.String,
    "stock": pl.Int64,
    "at": pl.String,
    "sku": pl.String,
}


class BrokenCatalogue(BadItem):
    """A catalogue holds what is no product."""


def frames(pages: Rows, wanted: Wanted) -> Iterator[pl.DataFrame]:
    """Yield the products of each page: the kept columns, and `changed` (local time), `in_month`, `value` (in units).

    `value` is null where price or stock is not known. Raises BrokenCatalogue, BadParams for a time zone that is none.
    """
    zone = str(wanted.zone)
    _check(zone)
    for page in pages:
        try:
            kept = pl.DataFrame(page, schema=_KEPT, orient="row")
        except (PolarsError, TypeError, OverflowError) as error:
            raise BrokenCatalogue(f"from product {page[0][-1]!r} on, one is no product: {error}") from error
        yield _enriched(kept, wanted, zone)


def _enriched(kept: pl.DataFrame, wanted: Wanted, zone: str) -> pl.DataFrame:
    changed = pl.col("at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", strict=False)
    utc = changed.dt.replace_time_zone("UTC")
    in_stock = pl.col("stock").clip(lower_bound=0).cast(pl.Int128)
    return kept.with_columns(
        all_legible(pl.col(*_TEXTS)),
        utc.dt.convert_time_zone(zone).alias("changed"),
        utc.is_between(wanted.start, wanted.end, closed="left").fill_null(value=False).alias("in_month"),
        (in_stock * pl.col("units")).alias("value"),
    )


def _check(zone: str) -> None:
    """Polars brings time zones of its own."""
    try:
        pl.Series([0], dtype=pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    except ComputeError as error:
        raise BadParams(f"the tenant's time zone {zone!r} is not known here: write it like Europe/Berlin") from error
