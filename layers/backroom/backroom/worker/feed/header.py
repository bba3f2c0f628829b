"""The header of a table of text: how it is written and what it calls its columns."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from backroom.worker.feed.limits import FeedLimits
from backroom.worker.feed.reasons import BrokenFeed, EmptyFeed, TooManyColumns

_SAMPLE = 1 << 16
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How rows are written."""

    delimiter: str
    quote: str | None = '"'


@dataclass(frozen=True, slots=True)
class Header:
    """The columns, each of a name of its own, and where the header is."""

    names: list[str]
    row: int
    """Counted from 1; empty rows may stand before it."""
    end: int
    """Where the next row begins, in bytes."""


def sniffed(path: Path) -> Dialect:
    """Find how a file is written by its beginning."""
    with path.open("rb") as file:
        return sniff(file.read(_SAMPLE).decode("utf-8", "ignore"))


def sniff(sample: str) -> Dialect:
    """Find the delimiter that takes the first rows apart into the most columns, alike in every row."""
    return Dialect(max(_DELIMITERS, key=lambda delimiter: _fitness(sample, delimiter)))


def read_header(path: Path, dialect: Dialect, limits: FeedLimits) -> Header:
    """Read the first row that says anything. Raises EmptyFeed, BrokenFeed, TooManyColumns."""
    row, end, record = 1, 0, b""
    with path.open("rb") as file:
        while line := file.readline(limits.row):
            record, end = record + line, end + len(line)
            if len(record) >= limits.row:
                raise BrokenFeed(f"the header has more than {limits.row:,} bytes: the first row must name the columns")
            if dialect.quote and record.count(dialect.quote.encode()) % 2:
                continue
            values = _values(record, dialect)
            if any(values):
                _mind(values, limits)
                return Header(_unique(values), row, end)
            row, record = row + 1, b""
    raise EmptyFeed("the feed has no header: its first row must name the columns")


def _fitness(sample: str, delimiter: str) -> tuple[int, int]:
    rows = [row for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row][:50]
    widths = [len(row) for row in (rows[:-1] or rows)]
    if not widths or widths[0] == 1:
        return (0, 0)
    return (sum(width == widths[0] for width in widths) * 100 // len(widths), widths[0])


def _values(record: bytes, dialect: Dialect) -> list[str]:
    text = record.decode("utf-8", "replace")
    return [
        value.strip() for value in next(csv.reader(text.splitlines(keepends=True), delimiter=dialect.delimiter), [])
    ]


def _mind(values: list[str], limits: FeedLimits) -> None:
    if len(values) > limits.columns:
        raise TooManyColumns(f"the feed has {len(values):,} columns; at most {limits.columns:,} are read")


def _unique(names: list[str]) -> list[str]:
    """Name what has no name by its place, and number what has the same name."""
    seen: dict[str, int] = {}
    unique = []
    for place, name in enumerate(names, 1):
        plain = name or f"column {place}"
        seen[plain] = seen.get(plain, 0) + 1
        unique.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return unique
