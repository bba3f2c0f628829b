"""Reads CSV and its kin, in any sane dialect, in batches cut where a row ends."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from backroom.worker.feed.batches import Batches, from_records
from backroom.worker.feed.header import Dialect, read_header, sniffed
from backroom.worker.feed.lenient import leniently
from backroom.worker.feed.limits import FeedLimits
from backroom.worker.feed.records import REST, ROW

_ROWS = 10_000
"""Of a batch that is read leniently."""


def delimited(path: Path, limits: FeedLimits) -> Batches:
    """Yield the rows of a file in UTF-8. Raises EmptyFeed, BrokenFeed, TooManyColumns.

    Polars reads blocks of whole rows. From a block on where it cannot, because somebody has written 5" without quoting
    it, Python's reader goes on, which is slower and takes such things as they are meant.
    """
    dialect = sniffed(path)
    header = read_header(path, dialect, limits)
    offset, row = header.end, header.row + 1
    for block in _blocks(path, header.end, limits, dialect):
        frame = None if block is None else _parsed(block, header.names, dialect)
        if block is None or frame is None:
            yield from from_records(leniently(path, offset, header.names, dialect, row, limits), _ROWS)
            return
        offset += len(block)
        if frame.height:
            yield frame.with_columns((pl.int_range(pl.len(), dtype=pl.Int64) + row).alias(ROW))
        row += frame.height


def _blocks(path: Path, offset: int, limits: FeedLimits, dialect: Dialect) -> Iterator[bytes | None]:
    """Yield the file from `offset` on in blocks of whole rows; None where no row ends within what a row may have."""
    rest = b""
    with path.open("rb") as file:
        file.seek(offset)
        while chunk := file.read(limits.batch):
            rest += chunk
            end = _last_end(rest, dialect)
            if end:
                yield rest[:end]
                rest = rest[end:]
            elif len(rest) > limits.row:
                yield None
                return
    if rest:
        yield rest


def _last_end(block: bytes, dialect: Dialect) -> int:
    """Give where the last whole row of a block that begins with a row ends: behind a newline outside of quotes."""
    quote = (dialect.quote or "").encode()
    end = block.rfind(b"\n") + 1
    while end and quote and block.count(quote, 0, end) % 2:
        end = block.rfind(b"\n", 0, block.rfind(quote, 0, end)) + 1
    return end


def _parsed(block: bytes, names: list[str], dialect: Dialect) -> pl.DataFrame | None:
    """Take a block apart; None where Polars cannot. Empty rows are passed over as it does."""
    try:
        return pl.read_csv(
            block,
            has_header=False,
            schema=dict.fromkeys([*names, REST], pl.String),
            separator=dialect.delimiter,
            quote_char=dialect.quote,
            truncate_ragged_lines=True,
            missing_columns="insert",
        )
    except PolarsError:
        return None
