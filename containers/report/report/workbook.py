"""The workbook: sheets of the figures, and of all products; every text is written as a text, so none is a formula."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import xlsxwriter

from report.parts import ROWS
from report.tables import Cell, Table, Tables
from report.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

LONGEST = 32_767
"""Characters of a cell, at most (Excel's specifications and limits)."""
SHEETS = (
    "Summary",
    "Categories",
    "Brands",
    "Currencies",
    "Changes",
    "Out of stock",
    "Last changed",
    "Jobs",
    "Failures",
)
_SAFE = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_HEAD = ("SKU", "Title", "Brand", "Category", "Price", "Currency", "Stock", "Stock value", "Changed", "In the month")
_WIDTHS = (18, 50, 20, 20, 12, 9, 9, 14, 17, 13)
_DAY = 86_400_000_000
"""Microseconds; Excel counts days from the one below."""
_EPOCH = date(1899, 12, 30)


class Workbook:
    """A file that grows with each frame, in memory that does not: sheets are written to disk row by row."""

    def __init__(self, path: Path, wanted: Wanted, rows: int = ROWS) -> None:
        self._book = xlsxwriter.Workbook(str(path), _SAFE)
        # Otherwise it would hold the time at which it was written, and be another file each time.
        created = wanted.end.replace(tzinfo=None)
        self._book.set_properties({"title": f"{wanted.name}, {wanted.title}", "created": created})
        self._bold = self._book.add_format({"bold": True})
        self._money = self._book.add_format({"num_format": "#,##0.00##"})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._figures = [self._book.add_worksheet(name) for name in SHEETS]
        self._most, self._rows, self._sheets = rows, 0, 0
        self._sheet = self._begin()

    def add(self, frame: pl.DataFrame) -> None:
        """Write products of `frames` behind those before, on another sheet where one is full."""
        while len(frame):
            if self._rows == self._most:
                self._sheet = self._begin()
            some, frame = frame.head(self._most - self._rows), frame.slice(self._most - self._rows)
            self._write(self._sheet, _cells(some))
            self._rows += len(some)

    def finish(self, tables: Tables) -> None:
        """Write the figures, and the file."""
        for sheet, table in zip(self._figures, tables, strict=True):
            self._fill(sheet, table)
        self._book.close()

    def _begin(self) -> "Worksheet":
        self._rows, self._sheets = 0, self._sheets + 1
        sheet = self._book.add_worksheet("Products" if self._sheets == 1 else f"Products {self._sheets}")
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, self._most, len(_HEAD) - 1)
        for column, name in enumerate(_HEAD):
            sheet.write_string(0, column, name, self._bold)
        return sheet

    def _write(self, sheet: "Worksheet", cells: "Sequence[tuple[str | float | None, ...]]") -> None:
        """Write rows of the same kinds of cells, which is twice as fast as finding out each one's kind."""
        text, number = sheet.write_string, sheet.write_number
        writers = [(text, None)] * 4 + [(number, self._money), (text, None), (number, None), (number, self._money)]
        columns = list(enumerate([*writers, (number, self._time), (text, None)]))
        for row, values in enumerate(cells, self._rows + 1):
            for (column, (write, form)), value in zip(columns, values, strict=True):
                if value is not None and value != "":
                    write(row, column, value, form)

    def _fill(self, sheet: "Worksheet", table: Table) -> None:
        sheet.set_column(0, 0, 32)
        sheet.set_column(1, len(table.columns), 16)
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(table.columns):
            sheet.write_string(0, column, name[:LONGEST], self._bold)
        for row, cells in enumerate(table.rows, 1):
            for column, cell in enumerate(cells):
                self._put(sheet, row, column, cell)

    def _put(self, sheet: "Worksheet", row: int, column: int, cell: Cell) -> None:
        match cell:
            case str():
                sheet.write_string(row, column, cell[:LONGEST])
            case date():
                sheet.write_number(row, column, (cell - _EPOCH).days, self._day)
            case Decimal():
                sheet.write_number(row, column, float(cell), self._money)
            case int() | float():
                sheet.write_number(row, column, cell)


def _cells(frame: pl.DataFrame) -> "Sequence[tuple[str | float | None, ...]]":
    """Give rows in the order of _HEAD."""
    local = pl.col("changed").dt.replace_time_zone(None)
    shown = frame.select(
        *(pl.col(name).str.slice(0, LONGEST) for name in ("sku", "title", "brand", "category")),
        pl.col("units") / 10_000,
        pl.col("currency").str.slice(0, LONGEST),
        "stock",
        pl.col("value").cast(pl.Float64) / 10_000,
        (local - pl.lit(_EPOCH).cast(pl.Datetime("us"))).dt.total_microseconds() / _DAY,
        pl.when("in_month").then(pl.lit("yes")).otherwise(pl.lit("")).alias("in_month"),
    )
    return shown.rows()
