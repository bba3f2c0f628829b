"""The figures of the images, on their page."""

import re
from collections.abc import Sequence
from pathlib import Path

from scripts.trial.images import Tried

_PLACE = re.compile(r"(?s)(<!-- figures -->\n).*?(<!-- end of figures -->)")


def table(tried: Sequence[Tried], base_mb: float) -> str:
    """Give the figures as a table of Markdown."""
    head = "| image | size | beside the base | modules | start |\n|---|---:|---:|---:|---:|\n"
    return head + "".join(_row(one, base_mb) for one in tried)


def _row(one: Tried, base_mb: float) -> str:
    sizes = f"{one.size_mb:.0f} MB | {one.size_mb - base_mb:.0f} MB"
    return f"| {one.name} | {sizes} | {one.modules:,} | {one.start_seconds:.2f} s |\n"


def write(page: Path, figures: str) -> None:
    """Put figures between the page's two marks; raises ValueError if it has none."""
    text, count = _PLACE.subn(lambda found: f"{found[1]}{figures}{found[2]}", page.read_text())
    if count != 1:
        raise ValueError(f"{page} has no place for figures: put <!-- figures --> and <!-- end of figures --> into it")
    page.write_text(text)
