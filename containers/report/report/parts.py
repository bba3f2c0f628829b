"""A list of products as CSV, in files that a spreadsheet can open: none has more rows than Excel takes."""

from collections.abc import Iterator

import polars as pl

from report.texts import inert

ROWS = 1_000_000
"""Of a file or a sheet; Excel takes 1,048,576, the header among them."""
SIZE = 96 * 1024 * 1024
"""Bytes of a file, which is in memory until it is written: nearly so many, or those of one frame more."""
_MARK = b"\xef\xbb\xbf"
"""By which Excel knows UTF-8."""
COLUMNS = ("sku", "title", "brand", "category", "price", "currency", "stock", "stock_value", "changed", "in_month")


class Parts:
    """Takes frames of `frames`, gives files of CSV."""

    def __init__(self, rows: int = ROWS, size: int = SIZE) -> None:
        self._most_rows, self._most_size = rows, size
        self._rows, self._chunks = 0, [head()]

    def add(self, frame: pl.DataFrame) -> Iterator[bytes]:
        """Add products; yield the files that are full."""
        while len(frame):
            some, frame = frame.head(self._most_rows - self._rows), frame.slice(self._most_rows - self._rows)
            self._rows += len(some)
            self._chunks.append(_lines(some))
            if self._rows == self._most_rows or sum(map(len, self._chunks)) >= self._most_size:
                yield self._finish()

    def last(self, first: bool) -> Iterator[bytes]:
        """Yield what is left; of no products at all (`first`) a file with the header alone."""
        if self._rows or first:
            yield self._finish()

    def _finish(self) -> bytes:
        whole = b"".join(self._chunks)
        self._rows, self._chunks = 0, [head()]
        return whole


def head() -> bytes:
    """Give a file without products."""
    return _MARK + ",".join(f'"{name}"' for name in COLUMNS).encode() + b"\r\n"


def _lines(frame: pl.DataFrame) -> bytes:
    texts = [inert(pl.col(name)).alias(name) for name in ("sku", "title", "brand", "category", "currency")]
    shown = frame.with_columns(
        *texts,
        amount("units").alias("price"),
        amount("value").alias("stock_value"),
        pl.col("changed").dt.strftime("%Y-%m-%d %H:%M:%S"),
        pl.when("in_month").then(pl.lit("yes")).otherwise(pl.lit("")).alias("in_month"),
    )
    text: str = shown.select(COLUMNS).write_csv(include_header=False, quote_style="non_numeric", line_terminator="\r\n")
    return text.encode()


def amount(units: str) -> pl.Expr:
    """Give a column of units of money as text: with two decimal places, or with four where it takes them."""
    column = pl.col(units)
    size = column.abs()
    sign = pl.when(column < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    places = (size % 10_000).cast(pl.String).str.zfill(4).str.replace(r"00$", "")
    return pl.format("{}{}.{}", sign, (size // 10_000).cast(pl.String), places)
