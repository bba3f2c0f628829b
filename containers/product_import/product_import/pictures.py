"""Which images the accepted rows reference: each address once, for the stages that fetch them, in bounded memory."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import orjson
import polars as pl

HANDOVER = "images.ndjson.gz"
"""A line an image: its address, "" and 0 (its server alone knows its version and size), the first product with it."""
MOST = 1_000_000
"""Addresses of a feed; a checksum of 8 bytes of each is in memory, and the list, packed."""
_ROWS = 50_000
"""Accepted rows in memory at once."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """The images of a feed."""

    packed: bytes
    """HANDOVER's content."""
    count: int
    more: bool
    """Whether there are more than are wanted."""


def pictures_of(accepted: Path | None, most: int) -> Pictures:
    """List the images of the accepted rows, in the feed's order, at most `most`; None: there are no such rows."""
    seen, more, packed = pl.Series("sum", [], pl.UInt64), False, BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=3, mtime=0) as lines:
        for pairs in _pairs(accepted) if accepted else ():
            new = pairs.filter(~pl.col("sum").is_in(seen.implode()))
            taken = new.head(most - len(seen))
            seen, more = pl.concat([seen, taken["sum"]]), taken.height < new.height
            for address, product in taken.select("images", "sku").iter_rows():
                lines.write(orjson.dumps([address, "", 0, product], option=orjson.OPT_APPEND_NEWLINE))
            if more:
                break
    return Pictures(packed.getvalue(), len(seen), more)


def _pairs(accepted: Path) -> Iterator[pl.DataFrame]:
    """Yield images, sku and sum (a checksum of the address), each address once in a batch."""
    rows = pl.scan_parquet(accepted)
    # No address that was accepted holds a quotation mark or a backslash: the JSON is plain.
    addresses = pl.col("images").str.strip_prefix('["').str.strip_suffix('"]').str.split('","')
    for start in range(0, rows.select(pl.len()).collect().item(), _ROWS):
        batch = rows.slice(start, _ROWS).select("sku", "images").filter(pl.col("images") != "[]").collect()
        each = batch.with_columns(addresses).explode("images").unique("images", keep="first", maintain_order=True)
        yield each.with_columns(pl.col("images").hash().alias("sum"))
