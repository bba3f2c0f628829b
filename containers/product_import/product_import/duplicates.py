"""Finds SKUs that a feed has more than once: the first row stands, the others are rejected.

Which of them the merchant means, nobody but the merchant knows; that the first one stands is the same every night.
Kept of each row are 12 bytes, so that millions of rows fit; rows whose SKUs share a checksum are compared in full.
"""

from collections.abc import Iterable
from pathlib import Path

import polars as pl
from backroom.worker.feed.records import ROW

from product_import.validation import REJECT

_SUM = "sum"


class Seen:
    """What is remembered of the SKUs of a feed."""

    def __init__(self) -> None:
        self._sums: list[pl.DataFrame] = []

    def add(self, accepted: pl.DataFrame) -> None:
        """Remember the rows of a batch."""
        self._sums.append(accepted.select(pl.col(ROW).cast(pl.UInt32), pl.col("sku").hash().alias(_SUM)))

    def suspects(self) -> pl.Series:
        """Give the numbers of the rows that may be duplicates of each other."""
        if not self._sums:
            return pl.Series(ROW, [], pl.Int64)
        table = pl.concat(self._sums)
        return table.filter(pl.col(_SUM).is_duplicated())[ROW].cast(pl.Int64)


def duplicates(parts: Iterable[Path], suspects: pl.Series, column: str) -> pl.DataFrame:
    """Give the rejects, in the columns of REJECT; `parts` hold the accepted rows, `column` is the SKU's in the feed."""
    if suspects.is_empty():
        return pl.DataFrame(schema=REJECT)
    among = [
        pl.read_parquet(part, columns=[ROW, "sku"]).filter(pl.col(ROW).is_in(suspects.implode())) for part in parts
    ]
    first = pl.col(ROW).min().over("sku")
    later = pl.concat(among).with_columns(first=first).filter(pl.col(ROW) > pl.col("first")).sort(ROW)
    return later.select(
        pl.col(ROW).alias("row"),
        pl.lit(column).alias("column"),
        pl.col("sku").alias("value"),
        pl.lit("DuplicateSku").alias("reason"),
        pl.format(
            "row {} has this SKU already, and stands: give each product its own, or leave one out", "first"
        ).alias("message"),
    )
