"""Tells the good rows of a batch from the bad ones, a whole batch at a time. Pure."""

from dataclasses import dataclass

import polars as pl
from backroom.catalogue.model import Field, ProductRow
from backroom.worker.feed.currencies import signs
from backroom.worker.feed.records import REST, ROW

from product_import.mapping import Mapping
from product_import.prices import read_prices
from product_import.rules import AMBIGUOUS, MONEY, RULES, STOCK, UNITS, Rule

REJECT = {"row": pl.Int64, "column": pl.String, "value": pl.String, "reason": pl.String, "message": pl.String}
"""The columns of what is told of rows that are not taken: a line a wrong value."""
CONTENT = [name for name in ProductRow._fields if name not in ("stock_at", "digest")]
"""What a digest is of."""
_SHOWN = 200
"""Characters of a wrong value that are shown."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What the tenant says of all its prices."""

    currency: str = ""
    """Of a price that has none beside it."""
    decimal: str | None = None
    """The sign before decimal places."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A batch taken apart."""

    accepted: pl.DataFrame
    """ROW and the columns of ProductRow, ready for the staging table."""
    rejects: pl.DataFrame
    """In the columns of REJECT."""
    rejected: int
    """Rows that were not taken; one of them may have several wrong values."""


def validate(mapped: pl.DataFrame, mapping: Mapping, usual: Usual, stock_at: str) -> Checked:
    """Check a batch as `Mapping.apply` gives it; `stock_at` is when its prices and stock were so (ISO 8601 UTC)."""
    ready = prepared(mapped, usual)
    broken = ready.select(rule.broken.fill_null(value=False).alias(str(place)) for place, rule in enumerate(RULES))
    bad = broken.select(pl.any_horizontal(pl.all()).alias("bad")).to_series()
    if not bad.any():
        return Checked(_accepted(ready, stock_at), pl.DataFrame(schema=REJECT), 0)
    rejects = _rejects(ready.filter(bad), broken.filter(bad), mapping)
    return Checked(_accepted(ready.filter(~bad), stock_at), rejects, int(bad.sum()))


def prepared(mapped: pl.DataFrame, usual: Usual) -> pl.DataFrame:
    """Add what is read of the texts: UNITS, MONEY, AMBIGUOUS, STOCK; put newlines between images, and mend GTINs."""
    read = read_prices(mapped[Field.PRICE], usual.decimal)
    money = pl.when(pl.col(MONEY) == "").then(pl.col(Field.CURRENCY).str.to_uppercase()).otherwise(pl.col(MONEY))
    return (
        mapped.with_columns(read["units"].alias(UNITS), read["money"].alias(MONEY), read["ambiguous"].alias(AMBIGUOUS))
        .with_columns(money.alias(MONEY))
        .with_columns(
            pl.col(MONEY).replace(signs(usual.currency)),
            pl.col(Field.STOCK).str.replace(r"[.,]0+$", "").cast(pl.Int64, strict=False).alias(STOCK),
            pl.col(Field.GTIN).str.replace_all(r"[\s-]", ""),
            pl.col(Field.IMAGES).str.replace_all(r"(?i)[\s,;|]+(https?://|s3:)", "\n$1"),
        )
    )


def _rejects(ready: pl.DataFrame, broken: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    told: dict[str, pl.Series] = {}
    parts = []
    for place, rule in enumerate(RULES):
        mask = broken[str(place)]
        if rule.field in told:
            mask = mask & ~told[rule.field]
        if mask.any():
            told[rule.field] = told[rule.field] | mask if rule.field in told else mask
            parts.append(_reject(ready.filter(mask), rule, mapping))
    return pl.concat(parts).sort("row", maintain_order=True)


def _reject(rows: pl.DataFrame, rule: Rule, mapping: Mapping) -> pl.DataFrame:
    column = "" if rule.field == REST else mapping.column(Field(rule.field))
    return rows.select(
        pl.col(ROW).alias("row"),
        pl.lit(column).alias("column"),
        pl.col(rule.shown or rule.field).str.slice(0, _SHOWN).alias("value"),
        pl.lit(rule.reason).alias("reason"),
        pl.lit(rule.message).alias("message"),
    )


def _accepted(ready: pl.DataFrame, stock_at: str) -> pl.DataFrame:
    images = pl.when(pl.col(Field.IMAGES) == "").then(pl.lit("[]")).otherwise(_json_list(pl.col(Field.IMAGES)))
    texts = ready.with_columns(
        images.alias(Field.IMAGES),
        pl.col(MONEY).alias(Field.CURRENCY),
        pl.col(STOCK).alias(Field.STOCK),
        pl.lit(stock_at).alias("stock_at"),
    )
    # Polars hashes alike as long as it is of one version: after another one, an import sends all that it brings.
    digest = texts.select(CONTENT).hash_rows(seed=0).reinterpret(signed=True).alias("digest")
    return texts.with_columns(digest).select(ROW, *ProductRow._fields)


def _json_list(lines: pl.Expr) -> pl.Expr:
    """Addresses that were accepted hold no quotation mark, backslash or control character: nothing is to be escaped."""
    return pl.concat_str(pl.lit('["'), lines.str.replace_all("\n", '","', literal=True), pl.lit('"]'))
