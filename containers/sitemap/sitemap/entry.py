"""What a sitemap says of one page."""

from collections.abc import Mapping
from typing import NamedTuple


class Entry(NamedTuple):
    """One URL of a sitemap. All URLs are absolute and as `addresses.py` makes them: ASCII, no control characters."""

    loc: str
    lastmod: str = ""
    """W3C datetime, UTC; "" if it is not known."""
    images: tuple[str, ...] = ()
    alternates: Mapping[str, str] = {}
    """Of the same page in other languages, its own included: URL by language."""
