"""Feeds in memory, and what became of their rows."""

from collections.abc import Mapping as MappingType

import polars as pl
from backroom.worker.feed.records import ROW
from product_import.columns import Wanted
from product_import.mapping import Mapping
from product_import.validation import Checked, Usual, validate

AT = "2026-11-27T03:00:00.000000Z"
GOOD = {"id": "A-1", "title": "Lamp", "price": "9.99 EUR"}


def batch(*rows: MappingType[str, str | None]) -> pl.DataFrame:
    columns = dict.fromkeys(name for row in rows for name in row)
    texts = {name: pl.Series([row.get(name) for row in rows], dtype=pl.String) for name in columns}
    return pl.DataFrame(texts).with_columns(pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias(ROW))


def check(*rows: MappingType[str, str | None], usual: Usual | None = None, wanted: Wanted | None = None) -> Checked:
    mapping = Mapping(wanted or Wanted())
    return validate(mapping.apply(batch(*rows)), mapping, usual or Usual(), AT)


def reasons(checked: Checked) -> list[tuple[object, ...]]:
    return checked.rejects.select("row", "column", "value", "reason").rows()
