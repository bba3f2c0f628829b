"""Reads tenants' records from a table: CSV as spreadsheets write it."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backroom_console.errors import UnreadableFileError
from backroom_console.starting import read_value

_PLAIN = ("tenant", "bucket", "prefix", "name", "timezone", "email")
_COLUMNS = f"{', '.join(_PLAIN)}, enabled, jobs_off, params.JOB.NAME and limits.JOB.NAME"
_ANSWERS = {"": True, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def read_table(file: Path) -> list[tuple[str, dict[str, Any]]]:
    """Read the records of a CSV file, `,` or `;` between cells; gives each with its line.

    Raises UnreadableFileError for a file that is none, a column that no record has, a line that is too long.
    """
    try:
        # Spreadsheets begin a file in UTF-8 with a mark.
        text = file.read_text(encoding="utf-8-sig")
        separator = ";" if ";" in text.partition("\n")[0] else ","
        reader = csv.DictReader(io.StringIO(text), delimiter=separator, restkey="", restval="", strict=True)
        _check(file, reader.fieldnames or ())
        return [(f"line {reader.line_num}", _record(file, reader.line_num, row)) for row in reader]
    except (OSError, ValueError, csv.Error) as error:
        raise UnreadableFileError(f"{file} cannot be read as CSV: {error}") from error


def _check(file: Path, columns: Any) -> None:
    for column in columns:
        name, *place = column.split(".")
        fits = column in (*_PLAIN, "enabled", "jobs_off") or (name in ("params", "limits") and len(place) == 2)
        if not fits:
            raise UnreadableFileError(f"{file} has a column {column!r}; there may be {_COLUMNS}")
    if "tenant" not in columns:
        raise UnreadableFileError(f"{file} has no column `tenant` in its first line; there may be {_COLUMNS}")


def _record(file: Path, line: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a line as a record; empty cells are left out."""
    if "" in row:
        raise UnreadableFileError(f"{file}, line {line} has more cells than the first line has names")
    record: dict[str, Any] = {"enabled": _answer(file, line, row.get("enabled", ""))}
    for column, cell in row.items():
        name, *place = column.split(".")
        if not cell or column == "enabled":
            continue
        if place:
            record.setdefault(name, {}).setdefault(place[0], {})[place[1]] = read_value(cell)
        else:
            record[name] = cell.split() if name == "jobs_off" else cell
    return record


def _answer(file: Path, line: int, cell: str) -> bool:
    if cell.strip().lower() not in _ANSWERS:
        raise UnreadableFileError(f"{file}, line {line}: enabled is {cell!r}, neither yes nor no")
    return _ANSWERS[cell.strip().lower()]
