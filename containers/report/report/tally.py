"""Counts a catalogue frame by frame, in memory that grows with what is told apart, not with the products."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
from backroom.catalogue.model import PRICE_UNIT

from report.figures import Extreme, Figures, Named, Priced
from report.groups import OUT, Sums, groups
from report.wanted import Wanted

NAMED = 25
"""Products that a list of a report names."""
_LOWEST = [pl.col(f"low_{name}").get(pl.col("low").arg_min()) for name in ("sku", "title")]
_HIGHEST = [pl.col(f"high_{name}").get(pl.col("high").arg_max()) for name in ("sku", "title")]


class Tally:
    """What has been seen of a catalogue so far."""

    def __init__(self, wanted: Wanted) -> None:
        self._categories, self._brands = Sums("category"), Sums("brand")
        self._extremes, self._newest = pl.DataFrame(), pl.DataFrame()
        self._days = dict.fromkeys(_days(wanted), 0)
        self._sold_out: list[Named] = []
        self._unknown_stock = self._unpriced = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Count a frame of `frames`, which are in order of SKU."""
        self._categories.add(frame)
        self._brands.add(frame)
        self._unknown_stock += frame["stock"].null_count()
        self._unpriced += frame["units"].null_count()
        self._extremes = _extremes(self._extremes, frame.filter(pl.col("units").is_not_null()))
        in_month = frame.filter("in_month")
        for day, count in in_month.group_by(pl.col("changed").dt.date()).len().iter_rows():
            self._days[day] = self._days.get(day, 0) + count
        out = frame.filter(OUT).head(NAMED - len(self._sold_out)).select("sku", "title")
        self._sold_out += [Named(*row) for row in out.iter_rows()]
        newest = pl.concat([self._newest, in_month.select("changed", "sku", "title")], how="diagonal")
        self._newest = newest.sort(["changed", "sku"], descending=[True, False]).head(NAMED)

    def figures(self) -> Figures:
        """Give what it came to."""
        products, out_of_stock, changed = self._categories.whole()
        return Figures(
            products,
            out_of_stock,
            self._unknown_stock,
            self._unpriced,
            changed,
            groups(self._categories),
            groups(self._brands),
            tuple(self._priced(*row) for row in self._extremes.iter_rows()),
            dict(sorted(self._days.items())),
            tuple(self._sold_out),
            tuple(Named(*row) for row in self._newest.drop("changed", strict=False).iter_rows()),
        )

    def _priced(self, currency: str, count: int, low: int, high: int, *names: str) -> Priced:
        value = self._categories.values().get(currency, Decimal(0))
        return Priced(
            currency, count, value, Extreme(low * PRICE_UNIT, *names[:2]), Extreme(high * PRICE_UNIT, *names[2:])
        )


def _extremes(before: pl.DataFrame, priced: pl.DataFrame) -> pl.DataFrame:
    """Of each currency, in order: how many products, the lowest and the highest price, and whose these are.

    Of several at one price it is that of the first SKU.
    """
    mine = priced.select(
        "currency",
        pl.lit(1, dtype=pl.UInt64).alias("products"),
        pl.col("units").alias("low"),
        pl.col("units").alias("high"),
        *(pl.col(name).alias(f"low_{name}") for name in ("sku", "title")),
        *(pl.col(name).alias(f"high_{name}") for name in ("sku", "title")),
    )
    both = pl.concat([before, mine], how="diagonal").group_by("currency", maintain_order=True)
    merged = both.agg(pl.col("products").sum(), pl.col("low").min(), pl.col("high").max(), *_LOWEST, *_HIGHEST)
    return merged.sort("currency")


def _days(wanted: Wanted) -> list[date]:
    first, after = (moment.astimezone(wanted.zone).date() for moment in (wanted.start, wanted.end))
    return [first + timedelta(days=number) for number in range((after - first).days)]
