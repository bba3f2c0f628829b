"""Products by category or brand: counted frame by frame, and the largest told one by one."""

from collections import defaultdict
from decimal import Decimal

import polars as pl
from backroom.catalogue.model import PRICE_UNIT

from report.figures import Group

MOST = 500
"""Categories or brands that are told one by one."""
OUT = pl.col("stock") <= 0
_AHEAD = 40
"""Frames whose counts are kept before they are added up."""
_SUMS = pl.col("products", "out_of_stock", "changed", "value").sum()


class Sums:
    """Counts of products by one of their columns and by currency."""

    def __init__(self, by: str) -> None:
        self._by, self._parts = by, [_NOTHING]

    def add(self, frame: pl.DataFrame) -> None:
        """Count a frame."""
        counted = frame.group_by(pl.col(self._by).alias("name"), "currency").agg(
            pl.len().cast(pl.Int64).alias("products"),
            OUT.sum().cast(pl.Int64).alias("out_of_stock"),
            pl.col("in_month").sum().cast(pl.Int64).alias("changed"),
            pl.col("value").sum(),
        )
        self._parts.append(counted)
        if len(self._parts) > _AHEAD:
            self._parts = [self.counted()]

    def counted(self) -> pl.DataFrame:
        """Give the counts so far."""
        return pl.concat(self._parts).group_by("name", "currency").agg(_SUMS)

    def whole(self) -> tuple[int, int, int]:
        """Give how many products there are, are out of stock, and changed in the month."""
        products, out_of_stock, changed, _ = self.counted().select(_SUMS).row(0)
        return products, out_of_stock, changed

    def values(self) -> dict[str, Decimal]:
        """Give the value of what is in stock, by currency."""
        found = self.counted().group_by("currency").agg(pl.col("value").sum())
        return {currency: value * PRICE_UNIT for currency, value in found.iter_rows()}


_NOTHING = pl.DataFrame(
    schema={
        "name": pl.String,
        "currency": pl.String,
        "products": pl.Int64,
        "out_of_stock": pl.Int64,
        "changed": pl.Int64,
        "value": pl.Int128,
    }
)


def groups(sums: Sums) -> tuple[Group, ...]:
    """Give the MOST largest, that with the most products first, and then the rest as one."""
    counted = sums.counted()
    sizes = counted.group_by("name").agg(pl.col("products").sum()).sort(["products", "name"], descending=[True, False])
    told, others = sizes["name"].head(MOST), len(sizes) - MOST
    found = _groups(counted.filter(pl.col("name").is_in(told.implode())))
    rest = _groups(counted.filter(~pl.col("name").is_in(told.implode())).with_columns(pl.lit("").alias("name")), others)
    return (*(found[name] for name in told), *rest.values())


def _groups(counted: pl.DataFrame, others: int = 0) -> dict[str, Group]:
    values: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for name, currency, value in (
        counted.group_by("name", "currency").agg(pl.col("value").sum()).sort("currency").rows()
    ):
        if value:
            values[name][currency] = value * PRICE_UNIT
    sums = counted.group_by("name").agg(pl.col("products", "out_of_stock", "changed").sum())
    return {
        name: Group(name, products, out_of_stock, changed, values[name], others)
        for name, products, out_of_stock, changed in sums.iter_rows()
    }
