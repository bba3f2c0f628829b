"""Accepted rows on disk, in chunks as the catalogue takes them (backroom.catalogue.model.Rows)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from backroom.catalogue.model import ProductRow
from backroom.worker.feed.records import ROW


@dataclass(frozen=True, slots=True)
class Part:
    """A file of accepted rows."""

    path: Path
    rows: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that are merged in one transaction; one part of them is in memory at once."""

    parts: Sequence[Part]
    left_out: pl.Series
    """Numbers of rows that are duplicates."""

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows in the order of ProductRow's fields."""
        for frame in self.frames():
            yield from frame.iter_rows()

    def csv(self) -> bytes:
        """Give them as CSV: nothing is NULL, `""` an empty text."""
        return b"".join(frame.write_csv(include_header=False).encode() for frame in self.frames())

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the parts in the columns of ProductRow."""
        for part in self.parts:
            frame = pl.read_parquet(part.path)
            if not self.left_out.is_empty():
                frame = frame.filter(~pl.col(ROW).is_in(self.left_out.implode()))
            yield frame.select(ProductRow._fields)


def in_chunks(parts: Sequence[Part], left_out: pl.Series, most: int) -> Iterator[Chunk]:
    """Yield chunks of whole parts, of at most `most` rows unless one part alone has more."""
    some: list[Part] = []
    for part in parts:
        if some and sum(one.rows for one in some) + part.rows > most:
            yield Chunk(some, left_out)
            some = []
        some.append(part)
    if some:
        yield Chunk(some, left_out)
