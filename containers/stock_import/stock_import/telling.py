"""What the merchant is given of a feed: counts, and a list of the rows that were not taken, safe to open."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from backroom.worker.feed.cells import MARK, safe_cell
from backroom.worker.feed.wrongs import Wrong

from stock_import.deltas import Delta, Reject

UNKNOWN_SKU = Wrong("UnknownSku", "the catalogue has no such product: import it first, or see to the SKU")
OTHER_CURRENCY = Wrong("OtherCurrency", "the catalogue has this product's price in another currency: write it in that")
MOST = 100_000
"""Lines of the list: nobody reads more; all are counted."""


@dataclass(slots=True)
class Told:
    """What is said of a feed."""

    format: str = ""
    rows: int = 0
    rejected: int = 0
    """Rows that were bad; one of them may have several wrong values."""
    reasons: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)

    def reject(self, wrongs: Iterable[Reject]) -> None:
        """Add a bad row."""
        self.rejected += 1
        self._add(wrongs)

    def refuse(self, deltas: Iterable[Delta], skus: Iterable[str], wrong: Wrong, column: str) -> None:
        """Add good rows which the catalogue had no use for: those of these SKUs."""
        among = set(skus)
        self._add(Reject(one.number, column, one.row.sku, *wrong) for one in deltas if one.row.sku in among)

    def most_frequent(self) -> str:
        """Give the reasons with their numbers, the most frequent first, at most five."""
        return ", ".join(f"{reason} {number:,}" for reason, number in self.reasons.most_common(5))

    def table(self) -> bytes:
        """Give the list as CSV: row, column, value, reason, message."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(Reject._fields)
        for one in sorted(self.rejects):
            writer.writerow((one.row, *map(safe_cell, one[1:])))
        return MARK + text.getvalue().encode()

    def _add(self, wrongs: Iterable[Reject]) -> None:
        for one in wrongs:
            self.reasons[one.reason] += 1
            if len(self.rejects) < MOST:
                self.rejects.append(one)
