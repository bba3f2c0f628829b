"""Cuts entries into sitemap files, each within the protocol's limits, and compresses them."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from isal import isal_zlib

from sitemap.entry import Entry
from sitemap.rendering import CLOSE, OPEN, urls

MOST_URLS = 50_000
MOST_BYTES = 50 * 1024 * 1024
"""Uncompressed, of one file: "no larger than 50MB (52,428,800 bytes)" (sitemaps.org)."""
BLOCK = 250
"""Entries that are rendered at once."""
_LEVEL = 2
"""Of isal's 0 to 3: 13 % larger files than zlib's 6 for a twelfth of its work."""
_GZIP = 31


@dataclass(frozen=True, slots=True)
class SitemapFile:
    """One file, compressed, and what tells whether it has changed."""

    urls: int
    size: int
    """Bytes before compression."""
    digest: str
    """SHA-256 of them, hexadecimal: of the same entries it is the same, whatever compressed them."""
    lastmod: str
    """The latest of its entries; "" if none has one."""
    body: bytes


def files(entries: Iterable[Entry], most_urls: int = MOST_URLS, most_bytes: int = MOST_BYTES) -> Iterator[SitemapFile]:
    """Yield the entries in files that are full but for less than a block; none for no entries.

    In memory are one file, compressed, and one block. Raises ValueError for an entry that no file can hold.
    """
    file = _Growing()
    for block in _blocks(iter(entries), min(BLOCK, most_urls)):
        for some, rendered in _fitting(block, most_bytes):
            if file.urls and (file.urls + len(some) > most_urls or file.size + len(rendered) > most_bytes):
                yield file.finish()
                file = _Growing()
            file.add(some, rendered)
    if file.urls:
        yield file.finish()


class _Growing:
    def __init__(self) -> None:
        self.urls, self.lastmod, self.size = 0, "", len(OPEN) + len(CLOSE)
        self._digest = hashlib.sha256(OPEN)
        self._compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
        self._parts = [self._compressor.compress(OPEN)]

    def add(self, entries: list[Entry], rendered: bytes) -> None:
        self.urls += len(entries)
        self.size += len(rendered)
        self.lastmod = max(self.lastmod, max(entry.lastmod for entry in entries))
        self._digest.update(rendered)
        self._parts.append(self._compressor.compress(rendered))

    def finish(self) -> SitemapFile:
        self._digest.update(CLOSE)
        self._parts += [self._compressor.compress(CLOSE), self._compressor.flush()]
        return SitemapFile(self.urls, self.size, self._digest.hexdigest(), self.lastmod, b"".join(self._parts))


def _blocks(entries: Iterator[Entry], size: int) -> Iterator[list[Entry]]:
    while block := list(islice(entries, size)):
        yield block


def _fitting(block: list[Entry], most_bytes: int) -> Iterator[tuple[list[Entry], bytes]]:
    """Yield a block rendered, in halves where it is larger than a file may be."""
    rendered = urls(block)
    if len(OPEN) + len(rendered) + len(CLOSE) <= most_bytes:
        yield block, rendered
    elif len(block) == 1:
        raise ValueError(
            f"{block[0].loc} takes {len(rendered):,} bytes; a file has {most_bytes:,}: give it fewer images"
        )
    else:
        half = len(block) // 2
        yield from _fitting(block[:half], most_bytes)
        yield from _fitting(block[half:], most_bytes)
