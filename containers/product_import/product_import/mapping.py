"""Brings a batch of a feed into the fields of a product, as texts without blanks around; pure."""

from dataclasses import dataclass, field

import polars as pl
from backroom.catalogue.model import Field
from backroom.worker.feed.records import REST, ROW

from product_import.columns import Sources, Wanted, find_sources, known_sources

ATTRIBUTES = "attributes"
_CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
"""What no text needs and PostgreSQL in part refuses."""


@dataclass(slots=True)
class Mapping:
    """Maps the batches of one feed; that its required columns are there is asked of the first one."""

    wanted: Wanted
    sources: Sources = field(default_factory=dict)
    """Of the batch at hand."""
    _columns: list[str] = field(default_factory=list)

    def apply(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Give a batch in the columns ROW, REST, the fields and ATTRIBUTES (a JSON object); raises MissingColumn.

        A value that is not there is an empty text; only REST is null where a row has no value too many.
        """
        if batch.columns != self._columns:
            find = known_sources if self.sources else find_sources
            self.sources, self._columns = find(batch.columns, self.wanted), batch.columns
        rest = pl.col(REST) if REST in batch.columns else pl.lit(None, pl.String).alias(REST)
        return batch.select(
            ROW, rest, *(self._field(one) for one in Field), self._attributes(batch.columns).alias(ATTRIBUTES)
        )

    def column(self, one: Field) -> str:
        """Give what the feed calls a field; a currency may stand in the price."""
        found = self.sources.get(one, [])
        return self.column(Field.PRICE) if one is Field.CURRENCY and not found else ", ".join(found) or one

    def _field(self, one: Field) -> pl.Expr:
        names = self.sources[one]
        if not names:
            return pl.lit("").alias(one)
        if len(names) == 1:
            return _clean(names[0]).alias(one)
        return pl.concat_str(map(pl.col, names), separator=",", ignore_nulls=True).str.strip_chars(", ").alias(one)

    def _attributes(self, columns: list[str]) -> pl.Expr:
        kept = [name for name in self.wanted.attributes if name in columns]
        return pl.struct(map(_clean, kept)).struct.json_encode() if kept else pl.lit("{}")


def _clean(name: str) -> pl.Expr:
    return pl.col(name).fill_null("").str.replace_all(_CONTROLS, "").str.strip_chars()
