"""The pages: HTML that needs nothing but itself, runs nothing, and in which every text of a tenant is escaped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from report.charts import Chart, bars, columns
from report.figures import Figures
from report.tables import Cell, Table, Tables
from report.wanted import Wanted

CHARTED = 12
"""Bars of a chart, at most."""
ROWS = 31
"""Of a table on the page, as many as a month has days; the workbook has more."""
_CURRENCIES = 3
"""That have a chart of their own."""


@dataclass(frozen=True, slots=True)
class Section:
    """A chart, if there is anything to draw, and the table of its figures."""

    title: str
    table: Table
    charts: tuple[Chart, ...] = ()

    @property
    def rows(self) -> Sequence[tuple[Cell, ...]]:
        """Give the rows that are shown; what a chart draws is among them."""
        return self.table.rows[:ROWS]

    @property
    def hidden(self) -> int:
        """Count those that only the workbook has."""
        return len(self.table.rows) - len(self.rows)


@dataclass(frozen=True, slots=True)
class Issue:
    """A month whose report is there, and its files."""

    month: str
    title: str
    files: tuple[str, ...]


def report_page(wanted: Wanted, figures: Figures, tables: Tables, files: Sequence[str]) -> bytes:
    """Make the page of a month; `files` are the names of the others, which lie beside it."""
    sections = tuple(_sections(figures, tables))
    return _render(
        "report.html", wanted=wanted, figures=figures, summary=tables.summary, sections=sections, files=files
    )


def index_page(name: str, issues: Sequence[Issue]) -> bytes:
    """Make the page that leads to all months."""
    return _render("index.html", name=name, issues=issues)


def shown(cell: Cell) -> str:
    """Give a cell as people read it; figures with commas, money with two decimal places or more."""
    match cell:
        case None:
            return ""
        case bool() | str() | date():
            return str(cell)
        case Decimal():
            return money(cell)
        case float():
            return f"{cell:,.4f}".rstrip("0").rstrip(".")
    return f"{cell:,}"


def money(amount: Decimal) -> str:
    """Give an amount with two decimal places, or with four where it takes them."""
    return f"{amount:,.4f}".removesuffix("00")


def _sections(figures: Figures, tables: Tables) -> Iterator[Section]:
    for title, table in (("Products by category", tables.categories), ("Products by brand", tables.brands)):
        chart = bars(
            table.name.lower(), title, [(str(row[0]), _number(row[1]), shown(row[1])) for row in table.rows[:CHARTED]]
        )
        yield Section(title, table, _some(chart))
    yield Section("Prices and stock values", tables.currencies, tuple(_values(figures)))
    chart = columns("days", "Products last changed, by day of the month", figures.days)
    yield Section("Products added or changed", _busy(tables.days), _some(chart))
    yield Section("Last changed", tables.newest)
    yield Section("Out of stock", tables.sold_out)
    done = [(str(row[0]), _number(row[5]), shown(row[5])) for row in tables.jobs.rows[:CHARTED]]
    yield Section("What jobs did", tables.jobs, _some(bars("jobs", "Items done, by job", done)))
    failed = [(f"{row[0]}: {row[1]}", _number(row[2]), shown(row[2])) for row in tables.failures.rows if row[2]]
    yield Section(
        "What failed, and why", tables.failures, _some(bars("failures", "Items that failed", failed[:CHARTED]))
    )


def _busy(days: Table) -> Table:
    """Leave out days on which there was nothing."""
    return replace(days, rows=tuple(row for row in days.rows if row[1]))


def _values(figures: Figures) -> Iterator[Chart]:
    """Each currency has a chart of its own: lengths of bars in different ones could not be compared."""
    largest = sorted(figures.currencies, key=lambda one: -one.products)[:_CURRENCIES]
    for number, currency in enumerate(one.currency for one in largest):
        values = [
            (group.name or "no category", float(group.values[currency]), money(group.values[currency]))
            for group in figures.categories
            if currency in group.values and not group.others
        ]
        values.sort(key=lambda value: -value[1])
        title = f"Stock value by category, {currency or 'no currency'}"
        yield from _some(bars(f"values-{number}", title, values[:CHARTED]))


def _some(chart: Chart | None) -> tuple[Chart, ...]:
    return () if chart is None else (chart,)


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float | Decimal) else 0.0


def _render(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(values).encode()


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["shown"] = shown
    made.tests["figure"] = lambda cell: isinstance(cell, int | float | Decimal)
    return made
