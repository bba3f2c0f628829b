"""What the merchant is told of the images: a CSV that is safe to open, those with trouble first, and counts."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

import orjson
from backroom.worker import Work
from backroom.worker.declared import ItemLines
from backroom.worker.progress import Tally

from product_images.names import FOLDER, name_of

MOST = 100_000
"""Lines of a file: nobody reads more; all are counted."""
IMAGES, SIZES = "imports/images", "imports/sizes"
"""The files, behind the tenant's prefix, without `.csv` and `.json`."""
_HEADER = ("image", "product", "outcome", "reason", "message", "key")
_LIVE = tuple("=+-@\t\r")
"""How cells begin that spreadsheets take for formulas (OWASP, CSV Injection)."""
_MARK = b"\xef\xbb\xbf"
"""By which Excel knows UTF-8."""
Row = Sequence[str]


def report_images(work: Work, images: ItemLines) -> None:
    """Write what became of each image; raises what `work.put` raises."""
    tally = work.progress.tally()
    rows = chain(_failed(images, tally), _fetched(images, tally, work.portion.prefix))
    _write(work, IMAGES, rows, _counts(tally, "fetched"))


def report_sizes(work: Work, addresses: Callable[[], Iterable[tuple[str, str, str]]]) -> None:
    """Write of which images no sizes could be made; `addresses` gives id, address and product of the feed's images."""
    tally = work.progress.tally()
    failures = {failure.item: failure for failure in islice(tally.failures, MOST)}
    rows = (
        (address, product, "failed", failures[id_].error, failures[id_].message, f"images/{id_}")
        for id_, address, product in (addresses() if failures else ())
        if id_ in failures
    )
    _write(work, SIZES, rows, _counts(tally, "resized"))


def _failed(images: ItemLines, tally: Tally) -> Iterator[Row]:
    failures = {failure.item: failure for failure in islice(tally.failures, MOST)}
    for address, _, _, product in images.rows() if failures else ():
        if failure := failures.get(address):
            yield address, product, "failed", failure.error, failure.message, ""


def _fetched(images: ItemLines, tally: Tally, prefix: str) -> Iterator[Row]:
    known = {"fetched": frozenset(tally.succeeded), "unchanged": frozenset(tally.skipped)}
    for index, (address, _, _, product) in enumerate(images.rows()):
        for outcome, indexes in known.items():
            if index in indexes:
                yield address, product, outcome, "", "", f"{prefix}{FOLDER}/{name_of(address)}"


def _counts(tally: Tally, done: str) -> dict[str, object]:
    items = tally.items
    reasons = Counter(failure.error for failure in tally.failures)
    return {
        done: items["succeeded"],
        "unchanged": items["skipped"],
        "failed": items["failed"],
        "reasons": dict(reasons.most_common()),
    }


def _write(work: Work, name: str, rows: Iterator[Row], counts: dict[str, object]) -> None:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows(map(_safe, row) for row in islice(rows, MOST))
    place = f"{work.portion.prefix}{name}"
    work.put(None, f"{place}.csv", _MARK + table.getvalue().encode(), "text/csv; charset=utf-8")
    work.put(None, f"{place}.json", orjson.dumps(counts), "application/json")
    work.log.info("images told of", report=f"{place}.csv", **counts)


def _safe(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula: it is shown, and does nothing."""
    return f"'{cell}" if cell.startswith(_LIVE) else cell
