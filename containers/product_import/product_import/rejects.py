"""What the merchant is given of the rows that were not taken: a CSV that is safe to open, and counts by reason."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from backroom.worker.feed.cells import LIVE, MARK

from product_import.validation import REJECT

MOST = 100_000
"""Lines of the file: nobody reads more, and a feed of garbage shall not fill the disk; all are counted."""


@dataclass(slots=True)
class Rejects:
    """Writes them to a file as they come."""

    path: Path
    reasons: Counter[str] = field(default_factory=Counter)
    _lines: int = 0

    def __post_init__(self) -> None:
        self.path.write_bytes(MARK + pl.DataFrame(schema=REJECT).write_csv().encode())

    def add(self, rejects: pl.DataFrame) -> None:
        """Add some, in the columns of REJECT."""
        self.reasons.update(dict(rejects["reason"].value_counts().iter_rows()))
        shown = rejects.head(MOST - self._lines)
        self._lines += shown.height
        if shown.height:
            with self.path.open("ab") as file:
                file.write(safe(shown).write_csv(include_header=False, quote_style="non_numeric").encode())

    def most_frequent(self) -> str:
        """Give the reasons with their numbers, the most frequent first, at most five."""
        return ", ".join(f"{reason} {number:,}" for reason, number in self.reasons.most_common(5))


def safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before what a spreadsheet would take for a formula: it is shown, and does nothing."""
    texts = pl.col(pl.String)
    return frame.with_columns(pl.when(texts.str.contains(LIVE)).then(pl.lit("'") + texts).otherwise(texts).name.keep())
