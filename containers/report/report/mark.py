"""What a report says of itself, for programs: `report.json`, written when all its files are there."""

from dataclasses import dataclass

import orjson
from backroom.worker import Work

from report.figures import Figures, total
from report.wanted import Wanted

MARK = "report.json"


@dataclass(frozen=True, slots=True)
class Mark:
    """Of which month a report is, and what it was made of."""

    month: str
    title: str
    made_from: str
    files: tuple[str, ...]


def mark_body(mark: Mark, wanted: Wanted, figures: Figures) -> bytes:
    """Give the file, which holds some of the figures besides; amounts are texts."""
    whole = total(figures, wanted.currency, wanted.rates)
    known = {
        "month": mark.month,
        "title": mark.title,
        "made_from": mark.made_from,
        "files": mark.files,
        "products": figures.products,
        "out_of_stock": figures.out_of_stock,
        "changed": figures.changed,
        "stock_values": {one.currency: f"{one.value:f}" for one in figures.currencies},
        "total": None if whole is None else {"currency": whole.currency, "value": f"{whole.value:f}"},
        "runs": {done.job: done.runs for done in wanted.done},
    }
    return orjson.dumps(known)


def read_mark(work: Work, key: str) -> Mark | None:
    """Read a mark; None if there is none, or what is there is none. Raises what Bucket does."""
    try:
        told = orjson.loads(work.tenant.get(key))
        return Mark(str(told["month"]), str(told["title"]), str(told["made_from"]), tuple(map(str, told["files"])))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
