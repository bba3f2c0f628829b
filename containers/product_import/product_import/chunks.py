"""Accepted rows on disk, as the catalogue takes them (backroom.catalogue.model.Rows)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from backroom.catalogue.model import BroughtRow, ProductRow
from backroom.worker.feed.records import ROW

_SLICE = 2_000
"""Rows that are text at once, some 0.5 MB: on their way to a database they are in memory several times."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of accepted rows, in the order of their numbers."""

    path: Path
    rows: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the rows count."""

    left_out: pl.Series
    """Numbers of rows that are duplicates."""
    only: pl.Series | None = None
    """Numbers, in their order, of those that may differ from what the catalogue has; None: all."""

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Give the rows of a part that count."""
        if self.only is not None:
            first, last = (int(frame[ROW].item(place)) for place in (0, -1))
            near = self.only.slice(
                self.only.search_sorted(first), self.only.search_sorted(last, "right") - self.only.search_sorted(first)
            )
            frame = frame.filter(pl.col(ROW).is_in(near.implode()))
        return frame if self.left_out.is_empty() else frame.filter(~pl.col(ROW).is_in(self.left_out.implode()))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that are staged together; one part of them is in memory at once."""

    parts: Sequence[Part]
    choice: Choice
    columns: Sequence[str] = ProductRow._fields

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows."""
        for frame in self.frames():
            yield from frame.iter_rows()

    def csv(self) -> Iterator[bytes]:
        """Yield them as CSV: nothing is NULL, `""` an empty text."""
        for frame in self.frames():
            for some in frame.iter_slices(_SLICE):
                yield some.write_csv(include_header=False).encode()

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the parts."""
        for part in self.parts:
            columns = dict.fromkeys((ROW, *self.columns))
            yield self.choice.of(pl.read_parquet(part.path, columns=list(columns))).select(self.columns)


@dataclass(frozen=True, slots=True)
class Brought(Chunk):
    """Of all rows what an import tells at its beginning."""

    columns: Sequence[str] = (ROW, *BroughtRow._fields[1:])


def in_chunks(parts: Sequence[Part], choice: Choice, most: int) -> Iterator[Chunk]:
    """Yield chunks of whole parts, of at most `most` rows unless one part alone has more."""
    some: list[Part] = []
    for part in parts:
        if some and sum(one.rows for one in some) + part.rows > most:
            yield Chunk(some, choice)
            some = []
        some.append(part)
    if some:
        yield Chunk(some, choice)
