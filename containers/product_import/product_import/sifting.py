"""A whole feed, sifted: accepted rows in files on this machine, the others told; before any catalogue is touched."""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from backroom.catalogue.model import Field
from backroom.worker.feed.limits import FeedLimits
from backroom.worker.feed.reading import read_feed
from backroom.worker.feed.reasons import EmptyFeed, TooManyRejects
from backroom.worker.feed.records import ROW

from product_import.chunks import Part
from product_import.duplicates import Seen, duplicates
from product_import.mapping import Mapping
from product_import.params import Params
from product_import.rejects import Rejects
from product_import.validation import validate


@dataclass(slots=True)
class Sifted:
    """What a feed came to."""

    rejects: Rejects
    format: str = ""
    accepted: int = 0
    rejected: int = 0
    parts: list[Part] = field(default_factory=list)
    left_out: pl.Series = field(default_factory=lambda: pl.Series(ROW, [], pl.Int64))
    """Rows in the parts that are none: duplicates."""

    @property
    def rows(self) -> int:
        """All of them."""
        return self.accepted + self.rejected


def sift(feed: Path, folder: Path, params: Params, stock_at: str, limits: FeedLimits | None = None) -> Sifted:
    """Read and check a feed; `folder` takes what is unpacked, accepted and rejected. Raises the reasons of a feed."""
    sifted, seen, mapping = Sifted(Rejects(folder / "rejects.csv")), Seen(), Mapping(params.wanted)
    sifted.format, batches = read_feed(feed, folder, limits)
    for number, batch in enumerate(batches):
        checked = validate(mapping.apply(batch), mapping, params.usual, stock_at)
        sifted.rejects.add(checked.rejects)
        sifted.rejected += checked.rejected
        if checked.accepted.height:
            sifted.parts.append(_written(checked.accepted, folder / f"accepted-{number:06}.parquet"))
            seen.add(checked.accepted)
    again = duplicates((part.path for part in sifted.parts), seen.suspects(), mapping.column(Field.SKU))
    sifted.rejects.add(again)
    sifted.left_out = again["row"]
    sifted.accepted = sum(part.rows for part in sifted.parts) - again.height
    sifted.rejected += again.height
    return sifted


def mind_rejects(sifted: Sifted, tolerance: float) -> None:
    """Raise EmptyFeed, or TooManyRejects if a larger share of the rows than that is bad, or if no row is good."""
    if not sifted.rows:
        raise EmptyFeed("the feed has no row behind its header: an empty catalogue is not what it can mean")
    if not sifted.accepted or sifted.rejected > tolerance * sifted.rows:
        raise TooManyRejects(
            f"{sifted.rejected:,} of {sifted.rows:,} rows are bad, {tolerance:.0%} are tolerated (reject_tolerance): "
            f"{sifted.rejects.most_frequent()}; imports/rejects.csv names each, the catalogue is as it was"
        )


def write_accepted(sifted: Sifted, target: Path) -> None:
    """Write the accepted rows into one Parquet file, in little memory."""
    rows = pl.scan_parquet([part.path for part in sifted.parts])
    if not sifted.left_out.is_empty():
        rows = rows.filter(~pl.col(ROW).is_in(sifted.left_out.implode()))
    rows.drop("digest").rename({ROW: "row"}).sink_parquet(target, compression="zstd", compression_level=1)


def _written(accepted: pl.DataFrame, path: Path) -> Part:
    accepted.write_parquet(path, compression="lz4", statistics=False)
    return Part(path, accepted.height)
