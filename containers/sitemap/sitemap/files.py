"""Cuts entries into sitemap files, each within the protocol's limits, and compresses them."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isal import isal_zlib

from sitemap.blocks import Block
from sitemap.rendering import CLOSE, OPEN

MOST_URLS = 50_000
MOST_BYTES = 50 * 1024 * 1024
"""Uncompressed, of one file: "no larger than 50MB (52,428,800 bytes)" (sitemaps.org)."""
FINE = 32
"""Entries that are kept together rather than fill a file."""
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
    """SHA-256 of the body, hexadecimal: of the same entries it is the same as long as the compressor stays."""
    lastmod: str
    """The latest of its entries; "" if none has one."""
    body: bytes


def files(blocks: Iterable[Block], most_urls: int = MOST_URLS, most_bytes: int = MOST_BYTES) -> Iterator[SitemapFile]:
    """Yield what the blocks hold in files that are full but for less than FINE entries; none for no blocks.

    In memory are one file, compressed, and one block. Raises ValueError for an entry that no file can hold.
    """
    file = _Growing()
    for whole in blocks:
        left = [whole]
        while left:
            block = left.pop()
            body = block.body()
            if file.urls + len(block) <= most_urls and file.size + len(body) <= most_bytes:
                file.add(block, body)
            elif file.urls and len(block) <= FINE:
                yield file.finish()
                file = _Growing()
                left.append(block)
            elif len(block) > 1:
                left += reversed(block.halves())
            else:
                raise ValueError(f"{block} takes {len(body):,} bytes; a file has {most_bytes:,}: give it fewer images")
    if file.urls:
        yield file.finish()


class _Growing:
    def __init__(self) -> None:
        self.urls, self.lastmod, self.size = 0, "", len(OPEN) + len(CLOSE)
        self._compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
        self._parts = [self._compressor.compress(OPEN)]

    def add(self, block: Block, body: bytes) -> None:
        self.urls += len(block)
        self.size += len(body)
        self.lastmod = max(self.lastmod, block.lastmod)
        self._parts.append(self._compressor.compress(body))

    def finish(self) -> SitemapFile:
        self._parts += [self._compressor.compress(CLOSE), self._compressor.flush()]
        body = b"".join(self._parts)
        return SitemapFile(self.urls, self.size, hashlib.sha256(body).hexdigest(), self.lastmod, body)
