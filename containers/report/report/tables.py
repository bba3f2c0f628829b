"""The figures as tables: the sheets of the workbook, and what stands beside each chart of the page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from report.figures import Figures, Group, Named, total
from report.wanted import Done, Wanted

Cell = str | int | float | Decimal | date | None
CURRENCIES = 10
"""That have a column of their own."""
MOST = 500
"""Rows of currencies."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a name of at most 31 characters, as sheets have it."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """All of a report."""

    summary: Table
    categories: Table
    brands: Table
    currencies: Table
    days: Table
    sold_out: Table
    newest: Table
    jobs: Table
    failures: Table

    def __iter__(self) -> Iterator[Table]:
        """Yield them in the order of the sheets."""
        return (getattr(self, name) for name in self.__slots__)


def tables(figures: Figures, wanted: Wanted) -> Tables:
    """Put all tables together."""
    named = ("SKU", "Title")
    return Tables(
        Table("Summary", ("What", "Figure"), tuple(_summary(figures, wanted))),
        _grouped("Categories", "Category", "no category", figures.categories),
        _grouped("Brands", "Brand", "no brand", figures.brands),
        _currencies(figures),
        Table("Changes", ("Day", "Products last changed on it"), tuple(figures.days.items())),
        Table("Out of stock", named, tuple(map(_named, figures.sold_out))),
        Table("Last changed", named, tuple(map(_named, figures.newest))),
        _jobs(wanted),
        Table("Failures", ("Job", "Reason", "Items", "Portions"), tuple(_failures(wanted.done))),
    )


def _summary(figures: Figures, wanted: Wanted) -> Iterator[tuple[Cell, ...]]:
    yield "Shop", wanted.name
    yield "Month", wanted.title
    yield "Time zone", str(wanted.zone)
    yield "Products", figures.products
    yield "Out of stock", figures.out_of_stock
    yield "Stock not known", figures.unknown_stock
    yield "Without a price", figures.unpriced
    yield "Added or changed in the month", figures.changed
    yield from ((f"Stock value, {one.currency or 'no currency'}", one.value) for one in figures.currencies[:CURRENCIES])
    if whole := total(figures, wanted.currency, wanted.rates):
        missing = f" (without {', '.join(name or 'no currency' for name in whole.without_rate[:CURRENCIES])})"
        yield f"Stock value in {whole.currency}{missing if whole.without_rate else ''}", whole.value
    yield "Runs of jobs", sum(done.runs for done in wanted.done)


def _grouped(name: str, column: str, nameless: str, groups: Sequence[Group]) -> Table:
    currencies = sorted({currency for group in groups for currency in group.values})[:CURRENCIES]
    values = tuple(f"Stock value, {currency or 'no currency'}" for currency in currencies)
    rows = (
        (
            f"{group.others:,} others" if group.others else group.name or nameless,
            group.products,
            group.out_of_stock,
            group.changed,
            *(group.values.get(currency) for currency in currencies),
        )
        for group in groups
    )
    return Table(name, (column, "Products", "Out of stock", "Changed", *values), tuple(rows))


def _currencies(figures: Figures) -> Table:
    rows = (
        (
            one.currency or "no currency",
            one.products,
            one.value,
            *(cell for end in (one.cheapest, one.dearest) for cell in (end.price, end.sku, end.title)),
        )
        for one in figures.currencies[:MOST]
    )
    columns = ("Currency", "Products", "Stock value", "Lowest price", "SKU", "Title", "Highest price", "SKU", "Title")
    return Table("Currencies", columns, tuple(rows))


def _jobs(wanted: Wanted) -> Table:
    with_costs = any(done.cost is not None for done in wanted.done)
    columns = ("Job", "Runs", "Portions done", "not done", "skipped", "Items done", "failed", "skipped", "Seconds")
    rows = ((*_job(done), *((done.cost,) if with_costs else ())) for done in wanted.done)
    return Table("Jobs", (*columns, *(("Cost, USD",) if with_costs else ())), tuple(rows))


def _job(done: Done) -> tuple[Cell, ...]:
    portions = {outcome: done.portions.get(outcome, 0) for outcome in ("succeeded", "skipped")}
    bad = sum(done.portions.values()) - sum(portions.values())
    items = (done.succeeded, done.failed, done.skipped)
    return (done.job, done.runs, portions["succeeded"], bad, portions["skipped"], *items, done.seconds)


def _failures(jobs: Iterable[Done]) -> Iterator[tuple[Cell, ...]]:
    """Yield why items and portions of each job failed; of those whose list is no longer there, that it is not known."""
    for done in jobs:
        yield from ((done.job, reason, count, None) for reason, count in done.reasons.items())
        unknown = done.failed - sum(done.reasons.values())
        if unknown > 0:
            yield done.job, "not kept, or one of many", unknown, None
        yield from ((done.job, cause.replace("_", " "), None, count) for cause, count in done.causes.items())


def _named(product: Named) -> tuple[Cell, ...]:
    return product.sku, product.title
