"""How things are shown: tables for people, JSON for programs, no colour when piped."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

import click
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

STYLES = {"succeeded": "green", "failed": "red", "lost": "red", "running": "cyan", "planning": "cyan"}
_UNITS = ("B", "kB", "MB", "GB", "TB")


def console() -> Console:
    """Give the terminal; its width is the terminal's own, or wide when the output is piped."""
    made = Console(highlight=False)
    if not made.is_terminal:
        made.width = max(made.width, 160)
    return made


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, default=_plain, indent=2, ensure_ascii=False))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], numbers: Iterable[str] = ()) -> None:
    """Print a table; the columns named in `numbers` are set to the right. What stands in a cell is never markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    right = set(numbers)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    console().print(table)


def size(count: int) -> str:
    """Give a number of bytes for people: `3.2 MB`."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{count} B" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


def when(moment: datetime | None) -> str:
    """Give a time for people, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def duration(seconds: float | None) -> str:
    """Give a length of time for people: `3m 20s`."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m" if hours else f"{minutes}m {rest:02}s"


def _cell(value: Any) -> Text:
    if isinstance(value, int) and not isinstance(value, bool):
        return Text(f"{value:,}")
    text = str(value if value is not None else "")
    return Text(text, style=STYLES.get(text, ""))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
