"""How answers look: tables for people, JSON for programs, and what goes on in between on standard error."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import click
import orjson
from pydantic import BaseModel
from rich.console import Console, JustifyMethod
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from backroom_console.phrases import program

_PIPED_WIDTH = 200
_GAP = 2
"""Blanks between columns."""
_INDENT = 4
_STYLES = {
    "succeeded": "green",
    "failed": "red",
    "lost": "red",
    "aborted": "yellow",
    "cancelled": "yellow",
    "timed_out": "red",
    "running": "cyan",
    "planning": "cyan",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; figures are set to the right."""

    title: str
    figures: bool = False


@dataclass(frozen=True)
class Output:
    """Where a command writes. Standard output has the answer and nothing else."""

    as_json: bool = False
    now: datetime = field(default_factory=lambda: datetime.now().astimezone())
    """The moment the command began, in the user's time zone."""

    @cached_property
    def people(self) -> Console:
        """The console that tables go to: no colour and no narrow cells where nobody looks."""
        console = Console(highlight=False)
        if not console.is_terminal:
            console.width = _PIPED_WIDTH
        return console

    @cached_property
    def aside(self) -> Console:
        """The console of progress and remarks: standard error."""
        return Console(stderr=True, highlight=False)

    @property
    def program(self) -> str:
        """What to type for this program in a hint."""
        return program(Path(sys.argv[0]), Path.cwd())

    def json(self, value: Any) -> None:
        """Print a value as JSON: records, models, and lists and mappings of them."""
        options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z
        click.echo(orjson.dumps(value, default=_plain, option=options))

    def line(self, text: str = "") -> None:
        """Print a line for people."""
        self.people.print(Text(text), soft_wrap=True)

    def remark(self, text: str) -> None:
        """Say something that is not the answer; not said where JSON was asked for."""
        if not self.as_json:
            self.aside.print(Text(text), soft_wrap=True)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
        """Print a table. What stands in a cell is text, never markup.

        Where it is too wide for the terminal, what its last column says stands below the row, and the rest is whole.
        """
        cells = [[_cell(value) for value in row] for row in rows]
        heads = [Text(column.title) for column in columns]
        widths = [max(cell.cell_len for cell in of_column) for of_column in zip(heads, *cells, strict=True)]
        if columns[-1].figures or _total(widths) <= self.people.width:
            self.people.print(_table(columns, widths, cells))
            return
        self.people.print(_table(columns[:-1], widths[:-1], []))
        for *row, said in cells:
            self.people.print(_table(columns[:-1], widths[:-1], [row], header=False))
            if said:
                self.people.print(Padding(said, (0, 0, 0, _INDENT)))


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _table(
    columns: Sequence[Column], widths: Sequence[int], rows: Iterable[Sequence[Text]], header: bool = True
) -> Table:
    """Make a table; a column is as wide as what stands in it, and narrower only where there is no room."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_header=header)
    for column, width in zip(columns, widths, strict=True):
        justify: JustifyMethod = "right" if column.figures else "left"
        table.add_column(column.title, justify=justify, overflow="fold", width=width)
    for row in rows:
        table.add_row(*row)
    return table


def _cell(value: object) -> Text:
    if isinstance(value, int) and not isinstance(value, bool):
        return Text(f"{value:,}")
    text = "" if value is None else str(value)
    return Text(text, style=_STYLES.get(text, ""))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no form in JSON")
