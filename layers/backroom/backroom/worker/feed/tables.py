"""Reads what is a table already: Excel workbooks and Parquet."""

import zipfile
from pathlib import Path

import fastexcel
import polars as pl
from polars.exceptions import PolarsError

from backroom.worker.feed.batches import Batches
from backroom.worker.feed.limits import FeedLimits
from backroom.worker.feed.reasons import BrokenFeed, EmptyFeed, TooLargeFeed, TooManyColumns
from backroom.worker.feed.records import ROW

_ROWS = 50_000


def workbook(path: Path, limits: FeedLimits) -> Batches:
    """Yield the rows of a workbook's first sheet; a formula counts by the value that Excel has kept with it.

    Raises TooLargeFeed, TooManyColumns, EmptyFeed, BrokenFeed.
    """
    _mind_size(path, limits)
    try:
        sheet = fastexcel.read_excel(path).load_sheet(0, dtypes="string", header_row=0)
    except fastexcel.FastExcelError as error:
        raise BrokenFeed(f"the workbook cannot be opened ({error}): save it again as .xlsx") from error
    if sheet.width > limits.columns:
        raise TooManyColumns(f"the sheet has {sheet.width:,} columns; at most {limits.columns:,} are read")
    if not sheet.height:
        raise EmptyFeed("the first sheet has no row behind its header")
    table = sheet.to_polars()
    for start in range(0, table.height, _ROWS):
        yield _numbered(table.slice(start, _ROWS), start + 2)


def parquet(path: Path, limits: FeedLimits) -> Batches:
    """Yield the rows of a Parquet file; numbers count from 1. Raises TooManyColumns, EmptyFeed, BrokenFeed."""
    try:
        scanned = pl.scan_parquet(path)
        width = len(scanned.collect_schema())
        height = scanned.select(pl.len()).collect().item()
        if width > limits.columns:
            raise TooManyColumns(f"the file has {width:,} columns; at most {limits.columns:,} are read")
        if not height:
            raise EmptyFeed("the Parquet file has no row")
        for start in range(0, height, _ROWS):
            yield _numbered(_as_texts(scanned.slice(start, _ROWS).collect()), start + 1)
    except PolarsError as error:
        raise BrokenFeed(f"the Parquet file cannot be read ({str(error).splitlines()[0]}): send it again") from error


def _mind_size(path: Path, limits: FeedLimits) -> None:
    """A workbook is a zip: what its header promises is not believed, so it is unpacked once without being kept."""
    size = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as file:
                    while chunk := file.read(1 << 20):
                        size += len(chunk)
                        if size > limits.sheet:
                            raise TooLargeFeed(f"the workbook has more than {limits.sheet:,} bytes: send it as CSV")
    except zipfile.BadZipFile as error:
        raise BrokenFeed(f"the workbook is damaged ({error}): save it again as .xlsx") from error


def _as_texts(frame: pl.DataFrame) -> pl.DataFrame:
    lists = [name for name, kind in frame.schema.items() if kind == pl.List]
    joined = frame.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(",") for name in lists)
    nested = [name for name, kind in joined.schema.items() if kind.is_nested()]
    return joined.with_columns(pl.col(name).struct.json_encode() for name in nested).cast(pl.String)


def _numbered(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    return frame.with_columns((pl.int_range(pl.len(), dtype=pl.Int64) + first).alias(ROW))
