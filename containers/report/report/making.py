"""Makes a tenant's report of a month, and puts it into the tenant's bucket."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from backroom.catalogue.database import Catalogue
from backroom.worker import Item, Portion, Work
from backroom.worker.catalogue import tenant_catalogue

from report.contents import FOLDER, HTML, write_contents
from report.figures import Figures
from report.mark import MARK, Mark, mark_body, read_mark
from report.page import report_page
from report.parts import Parts, head
from report.products import frames
from report.tables import tables
from report.tally import Tally
from report.wanted import Wanted, parse_wanted
from report.workbook import Workbook

PAGE, BOOK = "report.html", "report.xlsx"
_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FRESH = "private, no-cache"
"""A later run may replace it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the files of a month lie."""

    work: Work
    folder: str
    files: list[str] = field(default_factory=list)
    """Those that were written."""

    def put(self, name: str, body: bytes, content_type: str) -> None:
        """Write a file. Raises what `Work.put` does.

        Not as the item's: the next attempt may find a changed database, and then replaces what was written before.
        """
        self.work.put(None, f"{self.folder}{name}", body, content_type, _FRESH)
        self.files.append(name)

    def put_part(self, body: bytes) -> None:
        """Write the next file of products."""
        self.put(_part(sum(name.endswith(".csv") for name in self.files) + 1), body, _CSV)

    def empty_old_parts(self) -> None:
        """Leave the header only of files that a larger catalogue needed before: nothing is ever removed here."""
        number = sum(name.endswith(".csv") for name in self.files) + 1
        while self.work.tenant.head(f"{self.folder}{_part(number)}"):
            self.work.put(None, f"{self.folder}{_part(number)}", head(), _CSV, _FRESH)
            number += 1


def report(_portion: Portion, work: Work) -> None:
    """Make the reports of the portion's months."""
    for item in work.items():
        with work.item(item):
            _make(work, item, parse_wanted(work.portion.params))


def _make(work: Work, item: Item, wanted: Wanted) -> None:
    """Write a report, unless the one that is there was made of the same; the mark by which that is known comes last.

    A container that was overtaken may still write over one that was left: what it has read is then of no later state
    of the catalogue, and the mark that it writes says of which, so that the next run makes the report anew.
    """
    place = Place(work, f"{work.portion.prefix}{FOLDER}{wanted.month}/")
    with tenant_catalogue(work) as catalogue, catalogue.reading() as snapshot:
        # What an ETag is to a file is the number of changes to a database.
        stand = item.version if work.portion.params.get("catalogue", "sqlite") == "sqlite" else snapshot.version()
        made_from = f"{stand}/{wanted.digest}"
        there = read_mark(work, f"{place.folder}{MARK}")
        if there and there.made_from == made_from:
            work.log.info("the report is there already, made of the same", month=wanted.month)
            return
        figures = _write(place, snapshot, wanted)
    mark = Mark(wanted.month, wanted.title, made_from, tuple(place.files))
    write_contents(work, wanted.name, mark)
    place.put(MARK, mark_body(mark, wanted, figures), "application/json")
    work.log.info("the report is written", month=wanted.month, products=figures.products, files=len(place.files))


def _write(place: Place, snapshot: Catalogue, wanted: Wanted) -> Figures:
    """Read the catalogue once, and write all files but the mark."""
    tally, parts = Tally(wanted), Parts()
    with tempfile.TemporaryDirectory() as folder:
        book = Workbook(Path(folder) / BOOK, wanted)
        for frame in frames(snapshot.offered(), wanted):
            tally.add(frame)
            book.add(frame)
            for part in parts.add(frame):
                place.put_part(part)
        for part in parts.last(first=not place.files):
            place.put_part(part)
        figures = tally.figures()
        told = tables(figures, wanted)
        book.finish(told)
        place.put(BOOK, (Path(folder) / BOOK).read_bytes(), _XLSX)
    place.empty_old_parts()
    files = sorted(place.files, key=lambda name: (name != BOOK, len(name), name))
    place.put(PAGE, report_page(wanted, figures, told, files), HTML)
    return figures


def _part(number: int) -> str:
    return "products.csv" if number == 1 else f"products-{number}.csv"
